#!/usr/bin/env bash
# daft 0.6.14: of a .zst file of several frames, read_json and read_warc read the first frame, and say nothing of the rest.
#
# Expected: RFC 8878: frames put one behind the other are one file. duckdb, polars, pyarrow and the zstd tool read all of
#   them, and daft itself reads all members of the same file in gzip.
# Seen: of three frames with three lines each, read_json gives three rows. A .warc.zst has a frame a record, as the Zstandard
#   form of WARC asks for, so that read_warc gives the first record of the whole archive.
# Why it matters: `cat a.jsonl.zst b.jsonl.zst`, pzstd, and writers that flush a frame now and then make such files. The
#   rest of the corpus is missing without an error, and a count of rows looks plausible.
# Way round: write the file anew as one frame (zstd -dc in | zstd > out), or read it with pyarrow and hand the table over.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  daft==0.6.14 duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1 zstandard==0.25.0 warcio==1.8.1
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true venv/bin/python - <<'PYTHON'
import gzip
import io
import json
import sys

import daft
import duckdb
import polars
import pyarrow
import pyarrow.json
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

frame = zstandard.ZstdCompressor().compress
lines = ["".join(json.dumps({"id": 3 * part + row}) + "\n" for row in range(3)).encode() for part in range(3)]
for name, compress in {"lines.jsonl.zst": frame, "lines.jsonl.gz": gzip.compress}.items():
    with open(name, "wb") as file:
        file.write(b"".join(map(compress, lines)))

with open("pages.warc.zst", "wb") as file:
    for number in range(5):
        plain = io.BytesIO()
        writer = WARCWriter(plain, gzip=False)
        answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        address, page = f"http://example.org/{number}", io.BytesIO(b"<p>A page.</p>")
        writer.write_record(writer.create_warc_record(address, "response", payload=page, http_headers=answer))
        file.write(frame(plain.getvalue()))

found = {
    "daft, gzip": len(daft.read_json("lines.jsonl.gz").to_pydict()["id"]),
    "daft, zstd": len(daft.read_json("lines.jsonl.zst").to_pydict()["id"]),
    "duckdb, zstd": len(duckdb.sql("from 'lines.jsonl.zst'").fetchall()),
    "polars, zstd": polars.read_ndjson("lines.jsonl.zst").height,
    "pyarrow, zstd": pyarrow.json.read_json(pyarrow.input_stream("lines.jsonl.zst")).num_rows,
}
print("daft", daft.__version__)
for reader, rows in found.items():
    print(f"{reader}: {rows} of 9 rows")
records = len(daft.read_warc("pages.warc.zst").to_pydict()["WARC-Type"])
print(f"daft, read_warc: {records} of 5 records")
as_seen = found.pop("daft, zstd") == 3 and set(found.values()) == {9} and records == 1
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
