#!/usr/bin/env bash
# datatrove 0.10.1: SamplerFilter keeps the same rows of every file: if row 3 of one file is in the sample, row 3 of all files is.
#
# Expected: each document is drawn by itself, so that two files have some of their kept rows in common by chance alone.
# Seen: the generator is made once, with the filter, and every task begins with a copy of it, with seed=None as well and
#   however many workers there are. Of four files with 200 rows all keep the same 50 or so.
# Why it matters: rows of equal number are related where files are cut alike: languages of a parallel corpus, columns of the
#   same crawl, files sorted by length or domain. Such a sample is a few clusters and no sample; its size varies far more than
#   one would compute, since with n files the number kept has n times the variance.
# Way round: a filter of your own that draws by a hash of the document's id or text.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "datatrove[io]==0.10.1" orjson==3.13.0 regex==2026.11.15
cd "$folder"
cat > sample.py <<'PYTHON'
import json
import os
import sys
from importlib.metadata import version

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import SamplerFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

FILES, ROWS = 4, 200


def kept(name, workers, seed):
    steps = [
        JsonlReader("in"),
        SamplerFilter(0.25, seed=seed),
        JsonlWriter(name, output_filename="${rank}.jsonl", compression=None),
    ]
    LocalPipelineExecutor(steps, tasks=FILES, workers=workers, logging_dir=f"{name}-log").run()
    return [[int(json.loads(line)["id"]) for line in open(f"{name}/{file}")] for file in sorted(os.listdir(name))]


if __name__ == "__main__":
    os.makedirs("in")
    for file in range(FILES):
        with open(f"in/{file}.jsonl", "w") as lines:
            lines.writelines(json.dumps({"id": str(row), "text": f"text {row}"}) + "\n" for row in range(ROWS))
    print("datatrove", version("datatrove"))
    as_seen = True
    for name, workers, seed in (("one", 1, None), ("four", 4, None), ("seeded", 1, 5)):
        rows = kept(name, workers, seed)
        common = set.intersection(*map(set, rows))
        sizes = [len(found) for found in rows]
        print(f"{workers} workers, seed {seed}: rows kept of each file {sizes}, in all files the same {len(common)}")
        as_seen &= len(rows) == FILES and set(sizes) == {len(common)} and 0 < len(common) < ROWS
    print("as described" if as_seen else "changed")
    sys.exit(0 if as_seen else 1)
PYTHON
venv/bin/python sample.py 2> log.txt || { tail -n 5 log.txt; exit 1; }
