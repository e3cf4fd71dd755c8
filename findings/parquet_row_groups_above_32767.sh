#!/usr/bin/env bash
# A Parquet file of more than 32,768 row groups is read by pyarrow, polars and duckdb, and not by datafusion 55.0.0.
#
# Expected: a file that pyarrow 26.0.1 writes without a word can be read by all.
# Seen: datafusion, which reads with the parquet crate of Rust, ends with "Row group ordinal 32768 exceeds i16 max value". The
#   ordinal of a row group is an optional field of 16 bits in the footer; nothing else there limits their number.
# Why it matters: a writer that is given one document, or one small batch, at a time makes a row group of each: 32,768 are soon
#   there, in a file of a few MB. It works until another library is to read it.
# Way round: gather rows before writing (ParquetWriter.write_table with 10,000 rows or more), or copy the file with pyarrow.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  datafusion==55.0.0 duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
RUST_BACKTRACE=0 venv/bin/python - <<'PYTHON'
import sys

import datafusion
import duckdb
import polars
import pyarrow
import pyarrow.parquet

print("datafusion", datafusion.__version__, "pyarrow", pyarrow.__version__)


def read(how):
    try:
        return how()
    except Exception as error:
        return str(error)


def count(name):
    context = datafusion.SessionContext()
    return {
        "pyarrow": read(lambda: pyarrow.parquet.read_table(name).num_rows),
        "polars": read(lambda: polars.read_parquet(name)["row"].n_unique()),
        "duckdb": read(lambda: duckdb.sql(f"select count(distinct row) from '{name}'").fetchall()[0][0]),
        "datafusion": read(lambda: len(context.read_parquet(name).to_pydict()["row"])),
    }


found = {}
for groups in (32_768, 32_769):
    with pyarrow.parquet.ParquetWriter("groups.parquet", pyarrow.schema([("row", pyarrow.int64())])) as writer:
        for number in range(groups):
            writer.write_table(pyarrow.table({"row": [number]}))
    found[groups] = count("groups.parquet")
    for reader, rows in found[groups].items():
        print(f"{groups} row groups: {reader}: {rows}")
refused = found[32_769].pop("datafusion")
as_seen = set(found[32_768].values()) == {32_768} and set(found[32_769].values()) == {32_769} and "ordinal" in str(refused)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
