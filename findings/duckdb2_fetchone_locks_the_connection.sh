#!/usr/bin/env bash
# duckdb 2.0.1: after con.execute("select count(*) ...").fetchone() the same connection refuses con.sql(...).
#
# Expected: as in 1.x, a count taken with fetchone() leaves nothing behind (there is only one row), and the next query runs.
# Seen: con.sql(...).fetchall() raises ResourceInUseException, "connection has an unfinished result from execute()"; a second
#   con.execute() is allowed and throws the first result away. fetchall() and fetchone() called once more free it. The
#   module's own functions share one hidden connection, so duckdb.execute in one module breaks duckdb.sql in another.
#   A relation (duckdb.sql) has no fetchone() any more.
# Why it matters: "count, then read" with these two calls is how scripts over Parquet shards are written; they stop at their
#   second query after an upgrade.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import duckdb

print("duckdb", duckdb.__version__)


def attempt(name, call):
    try:
        result = f"returns {call()}"
    except Exception as error:
        result = f"raises {type(error).__name__}"
    print(f"{name}: {result}")
    return result


COUNT = "select count(*) from range(3)"
seen = []
con = duckdb.connect()
print("count by execute and fetchone:", con.execute(COUNT).fetchone())
seen.append(attempt("then sql on the same connection", lambda: con.sql("select 2").fetchall()))
seen.append(attempt("then execute on the same connection", lambda: con.execute("select 2").fetchall()))
seen.append(attempt("then sql, the last result having been read whole", lambda: con.sql("select 2").fetchall()))
con.execute(COUNT).fetchone()
con.fetchone()
seen.append(attempt("fetchone twice, then sql", lambda: con.sql("select 2").fetchall()))
seen.append(attempt("sql(...).fetchone", lambda: con.sql("select 2").fetchone()))
expected = ["raises ResourceInUseException", *["returns [(2,)]"] * 3, "raises AttributeError"]
print("as described" if seen == expected else "changed")
sys.exit(0 if seen == expected else 1)
PYTHON
