#!/usr/bin/env bash
# datasets 5.2.0: rows held out of a stream with take(n) are among those of skip(n) when another number of nodes reads them.
#
# Expected: take(6) is the first six rows and skip(6) all others, as the guide on streaming splits a dataset for validation; on
#   two nodes their union is the same.
# Seen: where files can be divided evenly, the number is divided among the nodes too: on two nodes skip(6) leaves out the first
#   three rows of each node. Validation on one process has rows 0 to 5; training on two nodes leaves out 0, 1, 2 and 10, 11, 12,
#   so it sees rows 3, 4 and 5. With three files on two nodes it is exact.
# Why it matters: validation runs on one process and training on many, or training goes on with another number of nodes. Up to
#   all of the validation rows but one node's share are trained on, and the loss on them looks better than it is.
# Way round: hold out by a hash of the text or of the id, in a filter; or write the held-out rows to a file of their own.
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


def stream(files):
    return load_dataset("json", data_files=[f"{file}.jsonl" for file in range(files)], split="train", streaming=True)


def rows(dataset, nodes):
    return sorted(row["row"] for rank in range(nodes) for row in split_dataset_by_node(dataset, rank=rank, world_size=nodes))


seen = {}
for files, nodes in ((4, 1), (3, 2), (4, 2), (4, 4)):
    held = rows(stream(files).take(6), 1)
    trained = rows(stream(files).skip(6), nodes)
    both = sorted(set(held) & set(trained))
    neither = sorted(set(range(files * 10)) - set(held) - set(trained))
    seen[files, nodes] = len(both), len(neither)
    print(f"{files} files: take(6) on one process, skip(6) on {nodes} nodes: in both {both}, in neither {neither}")
as_seen = seen == {(4, 1): (0, 0), (3, 2): (0, 0), (4, 2): (3, 3), (4, 4): (4, 4)}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
