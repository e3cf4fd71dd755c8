#!/usr/bin/env bash
# Lower case is not one thing: pyarrow 26.0.1 and duckdb 2.0.1 map letter by letter, polars 2.1.0 and Python as Unicode says.
#
# Expected: utf8_lower, lower(), to_lowercase() and str.lower() give the same text, so that a key made in one engine is
#   found in another.
# Seen: every Greek word in capitals that ends in a sigma differs (ΟΔΟΣ: "οδοσ" in pyarrow and duckdb, "οδος" in
#   polars and Python), every Turkish word with İ too (a combining dot more or less), and in upper case "straße" is STRAẞE or STRASSE.
# Why it matters: exact deduplication, word lists and domain tables join on lower-cased text; half the pipeline in duckdb
#   and half in polars or Python finds no match for Greek, Turkish, German.
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
import pyarrow.compute as pc

print("pyarrow", pa.__version__, "polars", pl.__version__, "duckdb", duckdb.__version__)
LOWER, UPPER = ["\u039f\u0394\u039f\u03a3", "\u0130stanbul", "ABC \u00c9\u0416"], ["stra\u00dfe", "\ufb01n", "abc \u00e9\u0436"]


def row(words, python, arrow, polars, sql):
    return {
        "Python": [python(word) for word in words],
        "polars": polars(pl.Series(words)).to_list(),
        "pyarrow": arrow(pa.array(words)).to_pylist(),
        "duckdb": [duckdb.execute(f"select {sql}(?)", [word]).fetchall()[0][0] for word in words],
    }


lower = row(LOWER, str.lower, pc.utf8_lower, lambda s: s.str.to_lowercase(), "lower")
upper = row(UPPER, str.upper, pc.utf8_upper, lambda s: s.str.to_uppercase(), "upper")
as_seen = True
for title, words, found in (("lower", LOWER, lower), ("upper", UPPER, upper)):
    for name, values in found.items():
        print(f"{title} {name:8} {dict(zip(words, values))}")
    as_seen &= found["Python"] == found["polars"] and found["pyarrow"] == found["duckdb"]
    as_seen &= [a == b for a, b in zip(found["polars"], found["pyarrow"])] == [False, False, True]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
