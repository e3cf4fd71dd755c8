#!/usr/bin/env bash
# duckdb 2.0.1: read_json gives ids in capitals back in small letters: "6F9619FF-8B86-..." comes out as "6f9619ff-8b86-...".
#
# Expected: a JSON string is that string, as polars and pyarrow read it and as duckdb's read_csv keeps it in a CSV file.
# Seen: where all strings of a column look like UUIDs, the column becomes the type UUID, which has no capitals.
#   COPY ... TO a JSON file writes the small letters. One id of another form in the file, and all of them stay as they are.
# Why it matters: the ids of documents no longer equal those of the source, of a list of removals or of a table that another
#   library wrote. Whether they do changes with the file, since it depends on all ids in the sample.
# Way round: name the type, read_json(file, columns={id: 'VARCHAR'}).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
import sys

import duckdb
import polars
import pyarrow.json

value = "6F9619FF-8B86-D011-B42D-00C04FC964FF"
with open("ids.jsonl", "w") as file:
    file.writelines(json.dumps({"id": value}) + "\n" for _ in range(3))
with open("beside.jsonl", "w") as file:
    file.writelines(json.dumps({"id": name}) + "\n" for name in (value, "page-1"))
with open("ids.csv", "w") as file:
    file.write("id,n\n" + f"{value},1\n" * 3)
duckdb.sql("copy (from 'ids.jsonl') to 'copied.jsonl'")


def first(query):
    return str(duckdb.sql(query).fetchall()[0][0])


print("duckdb", duckdb.__version__)
found = {
    "polars": polars.read_ndjson("ids.jsonl")["id"][0],
    "pyarrow": pyarrow.json.read_json("ids.jsonl")["id"][0].as_py(),
    "duckdb, csv": first("select id from 'ids.csv'"),
    "duckdb, beside page-1": first("select id from 'beside.jsonl'"),
    "duckdb, type named": first("select id from read_json('ids.jsonl', columns={id: 'VARCHAR'})"),
    "duckdb": first("select id from 'ids.jsonl'"),
    "duckdb, copied": json.loads(open("copied.jsonl").readline())["id"],
}
for reader, text in found.items():
    print(f"{reader}: {text}")
changed = [reader for reader, text in found.items() if text != value]
as_seen = changed == ["duckdb", "duckdb, copied"] and found["duckdb"] == value.lower()
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
