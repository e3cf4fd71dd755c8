#!/usr/bin/env bash
# deltalake 1.6.6: write_deltalake(mode="append") turns 2.5 into 2 and "007" into 7 where the table has whole numbers.
#
# Expected: SchemaMismatchError, as for a column too many, and as Lance refuses other types; or, with
#   schema_mode="merge", a wider type.
# Seen: the values are cast to the table's type without a word: fractions are cut off, text that looks like a number is one, and
#   numbers become text in a column of strings. schema_mode="merge" does so too. Text that is no number raises.
# Why it matters: quality scores of the first batch happen to be whole, ids of the first source are numbers. What is appended later
#   is written to the table changed, once and for all: 0.9 is 0, and ids no longer join with where they came from.
# Way round: compare table.schema with DeltaTable(...).schema() before appending; give the first batch the types meant.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1 pylance==14.0.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import lance
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake

print(*(f"{name} {version(name)}" for name in ("deltalake", "pyarrow", "pylance")))
first = pa.table({"id": [11, 12], "score": [1, 0], "note": ["a", "b"]})


def appended(column, values, **options):
    """What a table has of values appended to it, or the name of the error."""
    rows = {"id": [20], "score": [1], "note": ["c"]} | {column: values}
    place = f"{column}-{values[0]}-{len(options)}"
    write_deltalake(place, first)
    try:
        write_deltalake(place, pa.table(rows), mode="append", **options)
    except Exception as error:
        return type(error).__name__
    return DeltaTable(place).to_pyarrow_table().filter(pc.field("id") == 20)[column].to_pylist()


cases = [("score", [0.9]), ("score", ["0007"]), ("note", [3]), ("score", ["good"])]
plain = [appended(*case) for case in cases]
merged = [appended(*case, schema_mode="merge") for case in cases]
for case, one, two in zip(cases, plain, merged):
    print(f"{case[0]} {case[1]} appended: {one}; with schema_mode='merge': {two}")
lance.write_dataset(first, "one.lance")
try:
    lance.write_dataset(pa.table({"id": [20], "score": [0.9], "note": ["c"]}), "one.lance", mode="append")
    other = "appended"
except Exception as error:
    other = type(error).__name__
print("Lance, score [0.9]:", other)
as_seen = plain[:3] == merged[:3] == [[0], [7], ["3"]] and isinstance(plain[3], str) and other == "OSError"
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
