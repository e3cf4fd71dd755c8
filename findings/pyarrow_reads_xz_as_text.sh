#!/usr/bin/env bash
# pyarrow 26.0.1: input_stream on a .xz file gives the compressed bytes, without an error.
#
# Expected: with compression="detect", its default, it finds out gzip, bz2, lz4 and zstandard by the ending, and reads xz too or
#   refuses it.
# Seen: an ending that it does not know is taken for plain bytes. Lines cut from that stream look like broken text.
# Why it matters: .xz is how older corpora are kept (CC-100, OpenWebText). A reader of lines on top of input_stream counts some
#   lines for such a file and passes rubbish on, or drops all of them as not UTF-8.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import bz2
import gzip
import lzma
import sys

import pyarrow as pa

print("pyarrow", pa.__version__)
TEXT = "".join(f"this is line number {n}\n" for n in range(1000)).encode()
seen = {}
for ending, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
    name = f"lines.txt.{ending}"
    with open(name, "wb") as out:
        out.write(pack(TEXT))
    got = pa.input_stream(name).read()
    seen[ending] = got == TEXT
    print(f"{name}: the text comes out: {got == TEXT}, {len(got.splitlines())} lines, begins with {got[:6]}")
as_seen = seen == {"gz": True, "bz2": True, "xz": False}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
