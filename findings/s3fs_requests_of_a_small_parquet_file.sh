#!/bin/bash
# How many requests does it take to read one Parquet file of 3 kB, whose address is known, from S3?
#
# One would expect: one (the file is smaller than any block that is read ahead), or two where the size is asked for first.
# What happens: pyarrow.parquet.read_table with an s3fs file system takes more than that, for the table is looked up as a
# folder first; and `fs.exists` of an object that is not there takes two, a HEAD and a LIST, where one that is there
# takes one.
# Why it matters: a request costs tens of milliseconds, and a LIST costs money as a PUT does: a job that looks for
# markers with `exists` and reads many small files with `read_table` pays a multiple of what it reads.
# A way round: `fs.cat_file` (one GET) and pyarrow.parquet.ParquetFile over the bytes; `cat_file` in a try for `exists`.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check s3fs==2026.9.0 pyarrow==26.0.1 "moto[server]==5.2.5"
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/moto_server" -H 127.0.0.1 -p "$port" > "$folder/log" 2>&1 &
server=$!
PORT=$port LOG=$folder/log "$folder/venv/bin/python" - <<'PY'
import io, os, re, sys, time, urllib.request
from collections import Counter
import pyarrow as pa, pyarrow.parquet as pq, s3fs

address = f"http://127.0.0.1:{os.environ['PORT']}"
for _ in range(200):
    try:
        urllib.request.urlopen(address, timeout=1)
        break
    except OSError:
        time.sleep(0.1)
fs = s3fs.S3FileSystem(key="testing", secret="testing", endpoint_url=address, use_listings_cache=False)
fs.mkdir("bucket")
out = io.BytesIO()
pq.write_table(pa.table({"doc_id": range(100), "text": [f"document {n}" for n in range(100)]}), out)
fs.pipe_file("bucket/table.parquet", out.getvalue())
line = re.compile(r'"(?:\x1b\[[0-9;]*m)*(\w+) (\S+) HTTP/1')


def requests():
    time.sleep(0.5)
    made = line.findall(open(os.environ["LOG"], errors="replace").read())
    return Counter("LIST" if "list-type" in path else method for method, path in made)


def counted(what, work):
    before = requests()
    work()
    made = requests() - before
    print(f"{what}: {made.total()} requests, {dict(made)}")
    return made


print("s3fs", s3fs.__version__, "pyarrow", pa.__version__, "bytes", len(out.getvalue()))
counted("warm-up", lambda: fs.info("bucket/table.parquet"))
plain = counted("cat_file and ParquetFile", lambda: pq.ParquetFile(io.BytesIO(fs.cat_file("bucket/table.parquet", max_concurrency=1))).read())
opened = counted("open and ParquetFile", lambda: pq.ParquetFile(fs.open("bucket/table.parquet")).read())
table = counted("read_table(filesystem=)", lambda: pq.read_table("bucket/table.parquet", filesystem=fs))
there = counted("exists, it is there", lambda: fs.exists("bucket/table.parquet"))
missing = counted("exists, it is not", lambda: fs.exists("bucket/none.parquet"))
as_said = plain.total() == 1 and table.total() > 2 and there.total() == 1 and missing == Counter(HEAD=1, LIST=1)
sys.exit(0 if as_said else 1)
PY
