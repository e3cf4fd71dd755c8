#!/usr/bin/env bash
# A WARC file whose records say "content-length:" has no records for daft 0.6.14, and is an error for fastwarc 2.0.1.
#
# Expected: names of fields are the same in capitals and small letters (ISO 28500, section 4), so the file is read, as warcio 1.8.1
#   reads it. The same readers take "warc-type" and "warc-date".
# Seen: daft's read_warc gives an empty table without a word; fastwarc's ArchiveIterator raises "Invalid WARC header". The other
#   names tried here may be written in small letters.
# Why it matters: writers that keep names in small letters, as HTTP/2 has them, make such files. A whole archive is missing
#   from a corpus, and an empty file among thousands is not noticed.
# Way round: read with warcio, or write the archive anew with it.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  daft==0.6.14 fastwarc==2.0.1 warcio==1.8.1 pyarrow==26.0.1
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true venv/bin/python - <<'PYTHON'
import io
import sys
from importlib.metadata import version

import daft
import fastwarc.warc
import warcio.archiveiterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

written = io.BytesIO()
writer = WARCWriter(written, gzip=False)
for number in range(3):
    answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    page = io.BytesIO(b"<p>A page.</p>")
    writer.write_record(
        writer.create_warc_record(f"http://example.org/{number}", "response", payload=page, http_headers=answer)
    )
plain = written.getvalue()
names = [b"WARC-Type", b"WARC-Date", b"WARC-Record-ID", b"WARC-Target-URI", b"Content-Length"]


def count(how):
    try:
        return how()
    except OSError as error:
        return f"OSError: {error}"


print("daft", version("daft"), "fastwarc", version("fastwarc"), "warcio", version("warcio"))
found = {}
for name in (None, *names):
    with open("pages.warc", "wb") as file:
        file.write(plain if name is None else plain.replace(b"\n" + name + b":", b"\n" + name.lower() + b":"))
    label = "as written" if name is None else name.lower().decode()
    found[label] = [
        count(lambda: sum(1 for _ in warcio.archiveiterator.ArchiveIterator(open("pages.warc", "rb")))),
        count(lambda: sum(1 for _ in fastwarc.warc.ArchiveIterator(open("pages.warc", "rb")))),
        count(lambda: len(daft.read_warc("pages.warc").to_pydict()["WARC-Type"])),
    ]
    print(f"{label}: warcio {found[label][0]}, fastwarc {found[label][1]}, daft {found[label][2]} of 3 records")
last = found.pop("content-length")
as_seen = all(counts == [3, 3, 3] for counts in found.values()) and last[0] == 3 and last[2] == 0
as_seen &= str(last[1]).startswith("OSError")
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
