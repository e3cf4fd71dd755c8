#!/usr/bin/env bash
# pyarrow 26.0.1: Table.take of a few rows first copies every string of every chunk; Table.filter of the same rows does not.
#
# Expected: taking 16 of 16,000 documents by their row numbers costs about 16 documents, as filter with a mask does.
# Seen: a column of strings in several chunks (as every table is that was read or concatenated from several files) is made
#   one chunk first. 16 rows of a 64 MB column allocate 64 MB for a moment, and take some hundred times as long as filter.
# Why it matters: sampling, shuffling by row number, and looking up a few documents of a large table are written with take;
#   a worker then needs room for its texts twice, and a sample of 0.1 % costs as much as copying everything.
# Way round: filter with a mask where the rows are in order; or combine the chunks once and take from that many times.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyarrow==26.0.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import os
import sys
import time

import numpy as np
import pyarrow as pa

print("pyarrow", pa.__version__)
documents = [pa.array(["word " * 800] * 400, pa.large_string()) for _ in range(40)]
rows = np.arange(0, 16_000, 1_000)
mask = np.zeros(16_000, np.bool_)
mask[rows] = True


def measured(table, how):
    """Seconds, peak bytes that are allocated meanwhile, and the result."""
    pool = pa.proxy_memory_pool(pa.default_memory_pool())  # counts from zero
    pools.append(pool)  # lives as long as what it holds
    old = pa.default_memory_pool()
    pa.set_memory_pool(pool)
    began = time.perf_counter()
    found = how(table)
    seconds = time.perf_counter() - began
    pa.set_memory_pool(old)
    return seconds, pool.max_memory(), found


ways = {
    "take": lambda table: table.take(pa.array(rows)),
    "filter": lambda table: table.filter(pa.array(mask)),
}
peaks, pools = {}, []
for name, chunks in (("40 chunks", documents), ("1 chunk", [pa.concat_arrays(documents)])):
    table = pa.table({"text": pa.chunked_array(chunks)})
    found = {}
    for way, how in ways.items():
        seconds, peaks[name, way], found[way] = measured(table, how)
        print(f"{name:9} {way:6}: {seconds * 1000:7.2f} ms, {peaks[name, way] / 1e6:6.2f} MB at most")
    assert found["take"]["text"].to_pylist() == found["filter"]["text"].to_pylist()
whole = table.nbytes
print(f"the column has {whole / 1e6:.0f} MB, the {len(rows)} rows {len(rows) * 4000 / 1e6:.2f} MB")
changed = peaks["40 chunks", "take"] < whole * 0.9 or peaks["40 chunks", "filter"] > whole * 0.1
print("behaviour changed" if changed else "behaviour as described: take copies the whole column, filter the rows alone")
sys.stdout.flush()
os._exit(1 if changed else 0)  # not in the order in which Python would free pools and tables
PY
