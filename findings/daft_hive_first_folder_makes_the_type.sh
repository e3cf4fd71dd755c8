#!/usr/bin/env bash
# daft 0.6.14: hive_partitioning=True takes the type of a partition column from one folder's name; names that do not fit are null.
#
# Expected: "lang=nan" and "lang=en" are the texts nan and en, as pyarrow, polars, duckdb and fastparquet read them.
# Seen: the first name alone decides. With lang=nan (Min Nan Chinese) the column is a double: nan, and null in place of "en".
#   Of the buckets 00, 01, 0a the last is null, of 2024-01-05 and "unknown" the second.
# Why it matters: a filter by language or snapshot then finds nothing, or a group-by puts all other languages into one group
#   of nulls. Which names survive depends on the order of the folders; a new folder in front changes all others.
# Way round: read without hive_partitioning and take the value from the path (file_path_column), as text.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check daft==0.6.14 duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true venv/bin/python - <<'PYTHON'
import os
import sys

import daft
import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

cases = {"lang": ["nan", "en"], "bucket": ["00", "01", "0a"], "day": ["2024-01-05", "unknown"]}
print("daft", daft.__version__)
as_seen = True
for key, names in cases.items():
    for number, name in enumerate(names):
        os.makedirs(f"{key}/{key}={name}")
        pyarrow.parquet.write_table(pyarrow.table({"row": [number]}), f"{key}/{key}={name}/a.parquet")
    files = f"{key}/**/*.parquet"
    read = {
        "pyarrow": pyarrow.dataset.dataset(key, partitioning="hive").to_table()[key].to_pylist(),
        "polars": polars.read_parquet(files, hive_partitioning=True)[key].to_list(),
        "duckdb": [row[0] for row in duckdb.sql(f"select {key} from read_parquet('{files}', hive_partitioning=true)").fetchall()],
        "daft": daft.read_parquet(files, hive_partitioning=True).sort("row").to_pydict()[key],
    }
    for reader, values in read.items():
        print(f"{key}: {reader} reads {values}")
    ours = read.pop("daft")
    as_seen &= all(sorted(values) == sorted(names) for values in read.values()) and ours[-1] is None and ours[0] is not None
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
