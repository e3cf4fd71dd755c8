#!/usr/bin/env bash
# duckdb 2.0.1: COPY ... TO a Parquet file writes sums of whole numbers, and ids above 2^63, as doubles.
#
# Expected: exact numbers, as the same query prints them and hands them over to Arrow (decimal128(38, 0)); or an error where
#   Parquet has no type for them.
# Seen: sum() of a BIGINT column is a HUGEINT, and so is a column of JSON in which one id is above 2^63 - 1. COPY makes a
#   double of a HUGEINT without a word: 9007199254740993 becomes 9007199254740992, in every row of the column.
# Why it matters: 64-bit hashes are common ids of documents, and half of them are above 2^63: after a copy from JSON lines
#   to Parquet no id joins with where it came from. Token counts of a large corpus pass 2^53 in sums of bytes.
# Way round: cast to UBIGINT, BIGINT or DECIMAL(38, 0) in the query, or write with pyarrow what duckdb hands over.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

print("duckdb", duckdb.__version__, "pyarrow", pa.__version__)
ids = [9_007_199_254_740_993, 2**63 + 12_345, 7]
with open("ids.jsonl", "w") as lines:
    lines.writelines(json.dumps({"id": number}) + "\n" for number in ids)
read = [row[0] for row in duckdb.sql("select id from 'ids.jsonl'").fetchall()]
duckdb.sql("copy (select id from 'ids.jsonl') to 'ids.parquet'")
copied = pq.read_table("ids.parquet").column("id")
cast = "copy (select id::ubigint as id from 'ids.jsonl') to 'cast.parquet'"
duckdb.sql(cast)
as_ubigint = pq.read_table("cast.parquet").column("id").to_pylist()
total = "select sum(tokens) as total from (values (9007199254740993::bigint), (2)) as t(tokens)"
by_arrow = duckdb.sql(total).to_arrow_table().column("total")
duckdb.sql(f"copy ({total}) to 'total.parquet'")
by_copy = pq.read_table("total.parquet").column("total")
print("ids read:    ", read)
print("ids copied:  ", copied.type, copied.to_pylist())
print("ids as UBIGINT:", as_ubigint)
print("sum, Arrow:  ", by_arrow.type, by_arrow.to_pylist())
print("sum, copied: ", by_copy.type, by_copy.to_pylist())
as_seen = read == as_ubigint == ids and copied.type == pa.float64() and int(copied[0].as_py()) == ids[0] - 1
as_seen &= int(by_arrow[0].as_py()) == ids[0] + 2 and by_copy.type == pa.float64() and int(by_copy[0].as_py()) == ids[0] + 3
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
