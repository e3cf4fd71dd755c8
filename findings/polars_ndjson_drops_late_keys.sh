#!/usr/bin/env bash
# polars 2.1.0: read_ndjson and scan_ndjson leave out a key that no record has before the 101st, without a word.
#
# Expected: the column with nulls in front, as pyarrow.json and pandas read the file; or an error, since polars raises one for
#   a value that does not fit the type it has inferred.
# Seen: the columns are those of the first 100 records (infer_schema_length). A key that begins later is dropped from every
#   record, in the eager reader too, which has all records before it.
# Why it matters: corpora are concatenations. Where the first file has no "language", "license" or "quality", these
#   columns of all other files are gone, and a filter on them cannot tell.
# Way round: infer_schema_length=None, or schema=... with all keys.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
import sys

import polars
import pyarrow.json

print("polars", polars.__version__)
plain = [{"id": n, "text": "a page"} for n in range(100)]
labelled = [{"id": n, "text": "a page", "language": "cy"} for n in range(100, 300)]
with open("corpus.jsonl", "w") as file:
    file.writelines(json.dumps(record) + "\n" for record in plain + labelled)
eager = polars.read_ndjson("corpus.jsonl")
lazy = polars.scan_ndjson("corpus.jsonl").collect()
whole = polars.read_ndjson("corpus.jsonl", infer_schema_length=None)
arrow = pyarrow.json.read_json("corpus.jsonl")
print("written: 100 records without a language, then 200 with one")
print("read_ndjson:", eager.columns, "scan_ndjson:", lazy.columns)
print("read_ndjson(infer_schema_length=None):", whole.columns, "pyarrow.json:", arrow.column_names)
as_seen = eager.columns == lazy.columns == ["id", "text"] and eager.height == 300
as_seen &= whole["language"].count() == 200 and arrow["language"].null_count == 100
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
