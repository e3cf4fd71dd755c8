#!/usr/bin/env bash
# pyarrow 26.0.1: a dataset filter ~field.isin([...]) lets nulls through, field != value does not.
#
# Expected: the two forms of "not en" select the same rows, as they do in polars and in SQL, where null is neither in the
#   list nor outside it.
# Seen: isin() of a null is false and not null, so its negation is true: rows without a language pass ~isin(["en"]), and are
#   dropped by != "en". polars (2.1.0) and duckdb (2.0.1) drop them in both forms.
# Why it matters: a block list of domains or languages written as ~isin keeps every document whose value is missing; the same
#   filter moved to another engine, or cut down to one value, selects another corpus.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

print("pyarrow", pa.__version__, "polars", pl.__version__, "duckdb", duckdb.__version__)
table = pa.table({"language": ["en", None, "fi"]})
field, column = ds.field("language"), pl.col("language")


def of_arrow(rule):
    return ds.dataset(table).to_table(filter=rule)["language"].to_pylist()


def of_polars(rule):
    return pl.from_arrow(table).filter(rule)["language"].to_list()


def of_duckdb(rule):
    return [row[0] for row in duckdb.sql(f"select language from table_in where {rule}").fetchall()]


table_in = table
seen = {
    "pyarrow ~isin": of_arrow(~field.isin(["en"])),
    "pyarrow !=": of_arrow(field != "en"),
    "polars ~is_in": of_polars(~column.is_in(["en"])),
    "polars !=": of_polars(column != "en"),
    "duckdb not in": of_duckdb("language not in ('en')"),
    "duckdb !=": of_duckdb("language != 'en'"),
}
for name, rows in seen.items():
    print(f"{name:14} {rows}")
as_seen = seen.pop("pyarrow ~isin") == [None, "fi"] and all(rows == ["fi"] for rows in seen.values())
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
