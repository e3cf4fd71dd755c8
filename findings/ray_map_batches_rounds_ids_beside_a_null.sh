#!/usr/bin/env bash
# ray 2.60.0: map_batches with a function that returns its batch rounds a column of integers that has a null: ids above 2^53
# come back as their neighbours.
#
# Expected: a function that changes nothing changes nothing, as with batch_format="pyarrow" and with map().
# Seen: the default format is NumPy, which has no null for integers: the block becomes float64, the null NaN. The block
#   without a null stays int64, so one column has two types, block by block, and no message says so.
# Why it matters: document ids, hashes of texts and simhashes are 64-bit integers. One record without its hash changes those
#   of all others in its block, and a join or a deduplication on them joins the wrong rows.
# Way round: batch_format="pyarrow".
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ray[data]==2.60.0" pyarrow==26.0.1
cd "$folder"
RAY_USAGE_STATS_ENABLED=0 RAY_DATA_DISABLE_PROGRESS_BARS=1 venv/bin/python - 2>/dev/null <<'PYTHON'
import sys

import pyarrow as pa
import ray
import ray.data

print("ray", ray.__version__)
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
ID = 2**60 + 1


def back(ids, **options):
    made = ray.data.from_arrow(pa.table({"id": pa.array(ids, pa.int64())})).map_batches(lambda batch: batch, **options)
    return [row["id"] for row in made.take_all()]


plain, with_null = back([ID, 7]), back([ID, None])
arrow = back([ID, None], batch_format="pyarrow")
rows = [row["id"] for row in ray.data.from_arrow(pa.table({"id": [ID, None]})).map(lambda row: row).take_all()]
print("written:", [ID, 7], "and", [ID, None])
print("map_batches, default format:", plain, "and", with_null)
print("map_batches, pyarrow:", arrow, "map:", rows)
as_seen = plain == [ID, 7] and isinstance(with_null[0], float) and int(with_null[0]) != ID
as_seen &= arrow == [ID, None] and rows == [ID, None]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
