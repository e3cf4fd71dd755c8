#!/usr/bin/env bash
# duckdb 2.0.1: objects whose keys are rare become MAP(VARCHAR, DOUBLE), and ids above 2^53 in them are rounded.
#
# Expected: each value with its own type, as where the same keys are in every other row (a struct of BIGINT and DOUBLE fields).
# Seen: with ten keys, each in a tenth of the rows, read_json takes the column for a map, whose values have one type. If some are
#   fractions and some whole numbers that type is DOUBLE: 9007199254740993 is 9007199254740992. With two keys they are exact.
# Why it matters: metadata of documents, and counts or hashes by name, are such objects. It depends on how often the keys occur, so
#   the file of one source is right and the same rows among those of other sources are not.
# Way round: read_json(..., map_inference_threshold=-1), which keeps structs, or columns={meta: 'JSON'}.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
import sys

import duckdb

ID = 2**53 + 1


def write(name, keys):
    with open(name, "w") as file:
        for row in range(300):
            key = row % keys
            file.write(json.dumps({"meta": {f"key{key}": ID if key % 2 else 0.5}}) + "\n")


def second(source):
    """The type of the column, and the id in the second row."""
    rows = duckdb.sql(f"select meta from {source}")
    value = rows.fetchall()[1][0]
    value = json.loads(value) if isinstance(value, str) else value
    return str(rows.types[0])[:40], value["key1"]


write("two.jsonl", 2)
write("ten.jsonl", 10)
print("duckdb", duckdb.__version__)
found = {
    "two keys": second("'two.jsonl'"),
    "ten keys": second("'ten.jsonl'"),
    "ten keys, no maps": second("read_json('ten.jsonl', map_inference_threshold=-1)"),
    "ten keys, as JSON": second("read_json('ten.jsonl', columns={meta: 'JSON'})"),
}
for name, (kind, value) in found.items():
    print(f"{name}: {kind}, id {value!r}")
exact = {name: value == ID and isinstance(value, int) for name, (_, value) in found.items()}
as_seen = exact == {"two keys": True, "ten keys": False, "ten keys, no maps": True, "ten keys, as JSON": True}
as_seen &= found["ten keys"] == ("MAP(VARCHAR, DOUBLE)", float(2**53))
print("as described" if as_seen else f"changed: {exact}")
sys.exit(0 if as_seen else 1)
PYTHON
