#!/usr/bin/env bash
# pyarrow 26.0.1: in a Parquet file with INT96 dates, 9999-12-31 is read as 1816-03-29, and 1600-01-01 as 2184-07-20.
#
# Expected: the dates of the file, as polars and duckdb read them; or an error, as pyarrow's own cast to nanoseconds raises.
# Seen: pyarrow turns INT96 into nanoseconds in 64 bits, which reach from 1677 to 2262, and what is beyond wraps round without
#   a word. daft 0.6.14 and fastparquet 2026.9.0 give the same dates. The same column written as a logical type is right.
# Why it matters: INT96 is how Hive and Spark have written dates for years, and 9999-12-31 is what databases put for "no end". A
#   document with it is among the oldest of a corpus, and "newest wins" drops it.
# Way round: read_table(..., coerce_int96_timestamp_unit="us"), also an option of ParquetFile.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 daft==0.6.14 fastparquet==2026.9.0 pandas==3.1.1
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true venv/bin/python - <<'PYTHON'
import sys
from datetime import datetime

import daft
import duckdb
import fastparquet
import polars
import pyarrow
import pyarrow.parquet

days = [datetime(9999, 12, 31), datetime(1600, 1, 1), datetime(2024, 1, 5)]
table = pyarrow.table({"day": pyarrow.array(days, pyarrow.timestamp("us"))})
print("pyarrow", pyarrow.__version__)
found = {}
for name, is_int96 in (("logical type", False), ("INT96", True)):
    pyarrow.parquet.write_table(table, "days.parquet", use_deprecated_int96_timestamps=is_int96)
    in_microseconds = pyarrow.parquet.read_table("days.parquet", coerce_int96_timestamp_unit="us")
    read = {
        "polars": polars.read_parquet("days.parquet")["day"].to_list(),
        "duckdb": [row[0] for row in duckdb.sql("from 'days.parquet'").fetchall()],
        "pyarrow, us": in_microseconds["day"].to_pylist(),
        "pyarrow": pyarrow.parquet.read_table("days.parquet")["day"].to_pylist(),
        "daft": daft.read_parquet("days.parquet").to_pydict()["day"],
        "fastparquet": fastparquet.ParquetFile("days.parquet").to_pandas()["day"].tolist(),
    }
    found[name] = {reader: [str(day)[:10] for day in values] for reader, values in read.items()}
    for reader, values in found[name].items():
        print(f"{name}: {reader}: {values}")
right, wrapped = ["9999-12-31", "1600-01-01", "2024-01-05"], ["1816-03-29", "2184-07-20", "2024-01-05"]
as_seen = all(values == right for values in found["logical type"].values())
as_seen &= list(found["INT96"].values()) == [right, right, right, wrapped, wrapped, wrapped]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
