#!/usr/bin/env bash
# polars 2.1.0: an id above 2^63 in JSON lines, beside others, makes the column Int128, and pyarrow cannot open the Parquet file of it.
#
# Expected: UInt64, which holds all of [9007199254740993, 9223372036854775808], and which every reader of Parquet knows.
# Seen: read_ndjson takes Int128 where one number does not fit Int64. write_parquet writes it as 16 bytes under a name of polars'
#   own: pyarrow 26.0.1 raises "Integers with more than 64 bits not implemented" for the whole file, other columns too, daft
#   0.6.14 fails as well, and duckdb 2.0.1 gives bytes.
# Why it matters: half of all unsigned 64-bit hashes are above 2^63. A shard without one of them is Int64 and is read by all; of
#   a corpus in shards some files are then unreadable for the next program, texts included.
# Way round: schema_overrides={"id": polars.UInt64} when reading, or cast before writing.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1 daft==0.6.14
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true RUST_BACKTRACE=0 venv/bin/python - 2> log.txt <<'PYTHON' || { tail -n 5 log.txt; exit 1; }
import sys

import daft
import duckdb
import polars
import pyarrow.parquet

ids = {"below": [9007199254740993, 2**62], "above": [9007199254740993, 2**63]}
print("polars", polars.__version__, "pyarrow", pyarrow.__version__)


def read(how):
    try:
        return how()
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0][:100]


found, types = {}, {}
for name, numbers in ids.items():
    with open(f"{name}.jsonl", "w") as file:
        file.writelines(f'{{"id": {number}, "text": "a text"}}\n' for number in numbers)
    for way, options in (("", {}), (", UInt64", {"schema_overrides": {"id": polars.UInt64}})):
        frame = polars.read_ndjson(f"{name}.jsonl", **options)
        frame.write_parquet("ids.parquet")
        case = name + way
        types[case] = str(frame.schema["id"])
        found[case] = {
            "polars": read(lambda: polars.read_parquet("ids.parquet")["id"].to_list()),
            "pyarrow": read(lambda: pyarrow.parquet.read_table("ids.parquet")["id"].to_pylist()),
            "pyarrow, text alone": read(lambda: pyarrow.parquet.read_table("ids.parquet", columns=["text"]).num_rows),
            "duckdb": read(lambda: [row[0] for row in duckdb.sql("select id from 'ids.parquet'").fetchall()]),
            "daft": read(lambda: daft.read_parquet("ids.parquet").to_pydict()["id"]),
        }
        for reader, what in found[case].items():
            print(f"{case} ({types[case]}): {reader}: {what}")
as_seen = types == {"below": "Int64", "below, UInt64": "UInt64", "above": "Int128", "above, UInt64": "UInt64"}
broken = found.pop("above")
for case, answers in found.items():
    numbers = ids[case.split(",")[0]]
    as_seen &= all(what == (2 if "alone" in reader else numbers) for reader, what in answers.items())
as_seen &= broken["polars"] == ids["above"] and "64 bits" in str(broken["pyarrow"]) and "64 bits" in str(broken["pyarrow, text alone"])
as_seen &= isinstance(broken["duckdb"][0], bytes) and isinstance(broken["daft"], str)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
