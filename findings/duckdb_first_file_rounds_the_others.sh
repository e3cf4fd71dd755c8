#!/usr/bin/env bash
# duckdb 2.0.1: read_parquet over several files takes each column's type from the FIRST file and casts the others to it:
# 2.5 becomes 2 without a word, "007" becomes 7.
#
# Expected: an error, or the wider type (as UNION ALL gives), when one file has whole numbers and the next has fractions.
# Seen: with the file of integers first, the scores of all other files are rounded; with the file of fractions first, they
#   are whole. Which file is first depends on its name. A value that is out of range raises, a fraction does not.
# Why it matters: quality scores are written as integers by a shard in which all happened to be whole, ids as integers
#   by a shard in which all look like numbers. A filter "score >= 2.5" over the folder then selects other documents.
# Way round: union_by_name=true.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

print("duckdb", duckdb.__version__)
pq.write_table(pa.table({"score": pa.array([3, 1], pa.int32()), "id": pa.array([11, 12], pa.int64())}), "whole.parquet")
pq.write_table(pa.table({"score": [2.5, 0.25], "id": ["007", "013"]}), "parts.parquet")


def read(first, second, more=""):
    return duckdb.sql(f"select score, id from read_parquet(['{first}', '{second}']{more})").fetchall()


whole_first = read("whole.parquet", "parts.parquet")
parts_first = read("parts.parquet", "whole.parquet")
by_name = read("whole.parquet", "parts.parquet", ", union_by_name=true")
print("written: (3, 11) (1, 12) in the one file, (2.5, '007') (0.25, '013') in the other")
print("file of integers first:", whole_first)
print("file of fractions first:", parts_first)
print("union_by_name=true:", by_name)
as_seen = [row[0] for row in whole_first[2:]] == [2, 0] and [row[1] for row in whole_first[2:]] == [7, 13]
as_seen &= parts_first[0] == (2.5, "007") and by_name[2] == (2.5, "007")
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
