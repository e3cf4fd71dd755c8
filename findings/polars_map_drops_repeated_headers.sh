#!/usr/bin/env bash
# polars 2.1.0: read_parquet and scan_parquet keep one pair of each key of a map column, the last; the same column taken
# from pyarrow keeps all.
#
# Expected: all pairs of the file, as pyarrow reads them, and as a column of the type Map(String, String) holds them when
#   it comes from an Arrow table. Or an error, as a file that is written anew has fewer pairs than its source.
# Seen: of four headers with two Set-Cookie, read_parquet gives three and from_arrow four, under one and the same type.
#   What is written again with write_parquet has three.
# Why it matters: HTTP and WARC headers are kept as map<string, string>, and Set-Cookie, Link, Via and WARC-Concurrent-To
#   are repeated in valid records. Robots and licence headers are, too. Parquet allows readers to do so.
# Way round: pl.from_arrow(pyarrow.parquet.read_table(path)), or read_parquet(path, use_pyarrow=True).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

print("polars", pl.__version__, "pyarrow", pa.__version__)
headers = [("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Link", "</>; rel=canonical")]
pq.write_table(pa.table({"headers": pa.array([headers], pa.map_(pa.string(), pa.string()))}), "headers.parquet")
read = {
    "pyarrow": pq.read_table("headers.parquet").column("headers").to_pylist()[0],
    "read_parquet": pl.read_parquet("headers.parquet")["headers"].to_arrow().to_pylist()[0],
    "scan_parquet": pl.scan_parquet("headers.parquet").collect()["headers"].to_arrow().to_pylist()[0],
    "from_arrow": pl.from_arrow(pq.read_table("headers.parquet"))["headers"].to_arrow().to_pylist()[0],
}
for way, pairs in read.items():
    print(f"{way}: {len(pairs)} pairs {pairs}")
less = [headers[0], headers[2], headers[3]]
as_seen = read["pyarrow"] == read["from_arrow"] == headers and read["read_parquet"] == read["scan_parquet"] == less
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
