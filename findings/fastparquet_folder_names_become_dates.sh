#!/usr/bin/env bash
# fastparquet 2026.9.0: names of partitions become dates and durations: crawl=2024-18 is a Timedelta, bucket=0a the year 1.
#
# Expected: names that are not all numbers are texts, as pyarrow, polars and duckdb read the same folders.
# Seen: each name is tried as a number, a date and a duration by itself. Of the weekly crawls 2024-10 and 2024-18 the first is
#   October 2024 and the second minus 202 microseconds; of the hexadecimal buckets 00, 01 and 0a the third is 0001-01-01.
# Why it matters: crawls are named by year and week, buckets by the first digits of a hash. A filter by name finds nothing, and
#   one column holds values of three types.
# Way round: read with pyarrow, or open the files one by one and take the name from the path.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  fastparquet==2026.9.0 pandas==3.1.1 duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import os
import sys

import duckdb
import fastparquet
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

cases = {"crawl": ["2024-10", "2024-18"], "bucket": ["00", "01", "0a"]}
print("fastparquet", fastparquet.__version__)
types, others = {}, True
for key, names in cases.items():
    for number, name in enumerate(names):
        os.makedirs(f"{key}/{key}={name}")
        pyarrow.parquet.write_table(pyarrow.table({"row": [number]}), f"{key}/{key}={name}/a.parquet")
    files = f"{key}/**/*.parquet"
    query = f"select {key} from read_parquet('{files}', hive_partitioning=true) order by row"
    read = {
        "pyarrow": pyarrow.dataset.dataset(key, partitioning="hive").to_table()[key].to_pylist(),
        "polars": polars.read_parquet(files, hive_partitioning=True)[key].to_list(),
        "duckdb": [row[0] for row in duckdb.sql(query).fetchall()],
        "fastparquet": fastparquet.ParquetFile(key).to_pandas().sort_values("row")[key].tolist(),
    }
    for reader, values in read.items():
        print(f"{key}: {reader} reads {values}")
    types[key] = [type(value).__name__ for value in read.pop("fastparquet")]
    others &= all(values == names for values in read.values())
as_seen = others and types == {"crawl": ["Timestamp", "Timedelta"], "bucket": ["int", "int", "Timestamp"]}
print("as described" if as_seen else f"changed: {types}")
sys.exit(0 if as_seen else 1)
PYTHON
