#!/usr/bin/env bash
# polars 2.1.0: the partitions version=1.1 and version=1.10 have one value, 1.1.
#
# Expected: two values, the texts 1.1 and 1.10, as pyarrow and duckdb read the same folders.
# Seen: where all names look like numbers, with a point or an exponent too, the column is Float64. 1.10 is 1.1, and of the
#   hexadecimal buckets 1e1, 1e2 and 010 the names are 10.0, 100.0 and 10.0. One name that is no number, and all are texts.
# Why it matters: a filter or a group-by puts two versions of a dataset, or two buckets of a hash, into one, and a look-up
#   by the name of the folder finds neither.
# Way round: hive_schema={"version": polars.String}.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import os
import sys

import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

cases = {"version": ["1.0", "1.1", "1.10"], "bucket": ["010", "1e1", "1e2"], "mixed": ["010", "1e1", "1ea"]}
described = {"version": [1.0, 1.1, 1.1], "bucket": [10.0, 10.0, 100.0], "mixed": ["010", "1e1", "1ea"]}
print("polars", polars.__version__)
as_seen = True
for key, names in cases.items():
    for number, name in enumerate(names):
        os.makedirs(f"{key}/{key}={name}")
        pyarrow.parquet.write_table(pyarrow.table({"row": [number]}), f"{key}/{key}={name}/a.parquet")
    files = f"{key}/**/*.parquet"
    query = f"select {key} from read_parquet('{files}', hive_partitioning=true) order by row"
    read = {
        "pyarrow": pyarrow.dataset.dataset(key, partitioning="hive").to_table().sort_by("row")[key].to_pylist(),
        "duckdb": [row[0] for row in duckdb.sql(query).fetchall()],
        "polars, hive_schema": polars.read_parquet(files, hive_partitioning=True, hive_schema={key: polars.String})
        .sort("row")[key]
        .to_list(),
        "polars": polars.read_parquet(files, hive_partitioning=True).sort("row")[key].to_list(),
    }
    for reader, values in read.items():
        print(f"{key}: {reader} reads {values}")
    as_seen &= read.pop("polars") == described[key] and all(values == names for values in read.values())
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
