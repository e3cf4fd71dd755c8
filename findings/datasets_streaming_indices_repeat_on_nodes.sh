#!/usr/bin/env bash
# datasets 5.2.0: map(..., with_indices=True) over a stream gives every node the same indices, if the files can be divided evenly
# among the nodes; with one file less they are unique.
#
# Expected: the index is the number of the row in the dataset, as it is on one machine, however many nodes share the work.
# Seen: split_dataset_by_node gives whole files to each node where their number is a multiple of the nodes', and map() behind it
#   counts from 0 on each of them: four files on two nodes give the ids 0 to 19 twice. Three files on two nodes are read by all
#   nodes, which skip each other's rows after map(): there the ids are 0 to 29, once each.
# Why it matters: a document's id, made of the index, is the key of its tokens, its scores and its takedown. A run on one node, or
#   on a number of files that does not divide, shows nothing of it; in the real run two documents have each id.
# Way round: ids of the file and the row in it, or of a hash of the text, made before the files are opened.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0
cd "$folder"
HF_HOME="$folder/hf" venv/bin/python - <<'PYTHON'
import json
import sys

import datasets
from datasets import load_dataset
from datasets.distributed import split_dataset_by_node

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
for file in range(4):
    with open(f"{file}.jsonl", "w") as out:
        out.writelines(json.dumps({"row": file * 10 + i}) + "\n" for i in range(10))


def ids(files, nodes):
    """The ids of all rows, over all nodes."""
    names = [f"{file}.jsonl" for file in range(files)]
    stream = load_dataset("json", data_files=names, split="train", streaming=True)
    numbered = stream.map(lambda row, index: {"id": index}, with_indices=True)
    return [row["id"] for rank in range(nodes) for row in split_dataset_by_node(numbered, rank=rank, world_size=nodes)]


seen = {}
for files, nodes in ((4, 1), (3, 2), (4, 2), (4, 4)):
    found = ids(files, nodes)
    seen[files, nodes] = len(found), len(set(found))
    print(f"{files} files, {nodes} nodes: {len(found)} rows, {len(set(found))} different ids, the largest is {max(found)}")
as_seen = seen == {(4, 1): (40, 40), (3, 2): (30, 30), (4, 2): (40, 20), (4, 4): (40, 10)}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
