#!/usr/bin/env bash
# s3fs 2026.9.0: reading a whole object with cat_file (or cat, or read_bytes) is two requests, HEAD and GET, and so is
# open() of a file of one byte. cat_file(start=0) and cat_file(max_concurrency=1) read the same bytes with one.
#
# Expected: one GET, whose reply says how long the object is.
# Seen: since objects may be fetched in parts at once (max_concurrency, 10 unless one says otherwise), the size is asked
#   for first, also where the object then turns out to be a few bytes.
# Why it matters: jobs that keep small markers, manifests or lists in a bucket pay for twice the requests and wait for
#   twice the round trips; over a hundred thousand small files that is a hundred thousand HEADs.
# Way round: max_concurrency=1 for small objects, or start=0 (which an empty object answers with an error).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check s3fs==2026.9.0 "moto[server]==5.2.5"
cd "$folder"
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_DEFAULT_REGION=us-east-1 venv/bin/python - <<'PYTHON'
import logging
import re
import sys

import s3fs
from moto.server import ThreadedMotoServer

print("s3fs", s3fs.__version__)
lines = []
log = logging.getLogger("werkzeug")
log.setLevel(logging.INFO)
log.propagate = False
handler = logging.Handler()
handler.emit = lambda record: lines.append(record.getMessage())
log.addHandler(handler)
server = ThreadedMotoServer(port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
fs = s3fs.S3FileSystem(endpoint_url=f"http://{host}:{port}", use_listings_cache=False)
fs.mkdir("bucket")
fs.pipe_file("bucket/marker.json", b'{"done": true}')


def opened():
    with fs.open("bucket/marker.json", "rb") as file:
        return file.read()


ways = {
    "cat_file(path)": lambda: fs.cat_file("bucket/marker.json"),
    "open(path).read()": opened,
    "cat_file(path, start=0)": lambda: fs.cat_file("bucket/marker.json", start=0),
    "cat_file(path, max_concurrency=1)": lambda: fs.cat_file("bucket/marker.json", max_concurrency=1),
}
seen = {}
for name, read in ways.items():
    lines.clear()
    assert read() == b'{"done": true}'
    seen[name] = [found[1] for line in lines if (found := re.search(r"\b(GET|HEAD) /bucket/marker", line))]
    print(f"{name:35} {seen[name]}")
server.stop()
as_seen = list(seen.values()) == [["HEAD", "GET"], ["HEAD", "GET"], ["GET"], ["GET"]]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
