#!/usr/bin/env bash
# ray 2.60.0: read_text makes three rows of one JSON line that holds U+2028 and U+0085.
#
# Expected: a line ends at a line feed, as wc, Python's open(), polars and pyarrow.json have it; U+2028, U+0085 and a form feed
#   may stand in a line, and JSON allows the first two in a string as they are.
# Seen: read_text cuts by str.splitlines(), which ends a line at eight more characters. ray's own read_json reads the same file
#   rightly.
# Why it matters: read_text and json.loads is how JSON lines are read where read_json's types are in the way. Documents of web
#   pages hold U+2028 (from word processors) and U+0085 (from windows-1252 taken for Latin-1); their lines fail to parse, or a
#   plain text has more documents than lines, and numbers of lines no longer match.
# Way round: read_binary_files and split(b"\n"), or read_json.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ray[data]==2.60.0" pyarrow==26.0.1 polars==2.1.0
cd "$folder"
RAY_USAGE_STATS_ENABLED=0 venv/bin/python - 2> log.txt <<'PYTHON' || { tail -n 5 log.txt; exit 1; }
import json
import os
import sys

import polars
import pyarrow.json
import ray

texts = ["one", "two\u2028two", "three\u0085three", "four"]
with open("docs.jsonl", "w", encoding="utf-8") as file:
    file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
path = os.path.abspath("docs.jsonl")
found = {
    "Python": [json.loads(line)["text"] for line in open(path, encoding="utf-8")],
    "polars": polars.read_ndjson(path)["text"].to_list(),
    "pyarrow": pyarrow.json.read_json(path)["text"].to_pylist(),
    "ray, read_json": [row["text"] for row in ray.data.read_json(path).take_all()],
}
rows = [row["text"] for row in ray.data.read_text(path).take_all()]
ray.shutdown()
print("ray", ray.__version__)
for reader, read in found.items():
    print(f"{reader}: {len(read)} rows, {'right' if read == texts else 'wrong'}")
print(f"ray, read_text: {len(rows)} rows: {[ascii(row) for row in rows]}")
as_seen = all(read == texts for read in found.values()) and len(rows) == 6
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
