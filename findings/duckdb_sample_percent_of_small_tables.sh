#!/usr/bin/env bash
# duckdb 2.0.1: "using sample 10%" of a table of 1,000 rows gives no row or all of them.
#
# Expected: about 100 rows, give or take ten (a coin for each row), as TABLESAMPLE BERNOULLI or a data frame's sample gives.
# Seen: a percentage is drawn by whole vectors of 2,048 rows. 1,000 rows are one vector: nine draws in ten are empty, one in
#   ten has all the rows. Of 100,000 rows it gives anything from none to 22,000, in runs of neighbours.
# Why it matters: samples taken for a look at a corpus, an evaluation set or a budget come out empty or twice as large, and
#   the documents in them are neighbours in the file, that is, of the same site. It is written in the manual, and missed.
# Way round: using sample 10% (bernoulli), or (reservoir).
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
con = duckdb.connect()


def sizes(rows, how, draws):
    query = f"select count(*) from (from range({rows}) using sample 10% {how})"
    return [con.sql(query).fetchall()[0][0] for _ in range(draws)]


small, coins = sizes(1000, "", 60), sizes(1000, "(bernoulli)", 60)
large, reservoir = sizes(100_000, "", 20), sizes(1000, "(reservoir)", 5)
print("10% of 1,000 rows, 60 draws, sizes seen:", sorted(set(small)), "empty:", small.count(0))
print("the same with (bernoulli):", min(coins), "to", max(coins))
print("the same with (reservoir):", reservoir)
print("10% of 100,000 rows, 20 draws:", min(large), "to", max(large))
as_seen = set(small) <= {0, 1000} and small.count(0) >= 30 and 40 < min(coins) and max(coins) < 180
as_seen &= max(large) - min(large) > 3000
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
