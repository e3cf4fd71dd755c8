#!/usr/bin/env bash
# warcio 1.8.1 and fastwarc 2.0.1 do not read all chunked HTTP replies that HTTP/1.1 allows, each in its own way.
#
# Expected: a chunk size may carry an extension ("c;x=1"), trailer fields may follow the last chunk, and the word "chunked" is
#   the same in capitals (RFC 9112): the document comes out, and nothing else, or both say that they cannot.
# Seen: warcio puts trailer fields at the end of the document ("0", "Tr: 1" of "X-Tr: 1"), and leaves the chunk sizes in the
#   document where the header says Chunked. fastwarc with auto_decode="all" raises on the extension, and after a trailer
#   when it goes on to the next record.
# Why it matters: archives made by proxies and by plain capture keep replies as they came. Such debris in the text passes
#   every filter and makes copies of one page look different; a reader that raises loses the page.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check warcio==1.8.1 fastwarc==2.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys
from importlib.metadata import version

from fastwarc.warc import ArchiveIterator as FastReader
from warcio.archiveiterator import ArchiveIterator

print("warcio", version("warcio"), "fastwarc", version("fastwarc"))
PAGE = b"<p>hello</p>"


def record(coding, chunks):
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: " + coding + b"\r\n\r\n" + chunks
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.org/\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def by_warcio(data):
    return next(iter(ArchiveIterator(io.BytesIO(data)))).content_stream().read()


def by_fastwarc(data):
    return [item.reader.read() for item in FastReader(io.BytesIO(data), auto_decode="all")][0]


def attempt(read, data):
    try:
        return read(data)
    except OSError as error:
        return type(error).__name__


cases = {
    "plain chunks": record(b"chunked", b"c\r\n" + PAGE + b"\r\n0\r\n\r\n"),
    "chunk extension": record(b"chunked", b"c;x=1\r\n" + PAGE + b"\r\n0\r\n\r\n"),
    "trailer field": record(b"chunked", b"c\r\n" + PAGE + b"\r\n0\r\nX-Tr: 1\r\n\r\n"),
    "Chunked": record(b"Chunked", b"c\r\n" + PAGE + b"\r\n0\r\n\r\n"),
}
seen = {name: (attempt(by_warcio, data), attempt(by_fastwarc, data)) for name, data in cases.items()}
for name, (warcio, fastwarc) in seen.items():
    print(f"{name:15} warcio {warcio}, fastwarc {fastwarc}")
as_seen = seen["plain chunks"] == (PAGE, PAGE) and seen["chunk extension"] == (PAGE, "OSError")
as_seen &= seen["trailer field"] == (PAGE + b"0\r\nTr: 1\r\n\r\n", "OSError")
as_seen &= seen["Chunked"] == (b"c\r\n" + PAGE + b"\r\n0\r\n\r\n", PAGE)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
