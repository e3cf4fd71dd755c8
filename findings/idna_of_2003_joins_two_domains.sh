#!/usr/bin/env bash
# w3lib 2.5.0, surt 0.3.1 and cdxj-indexer 1.5.0 take faß.de and fass.de for one domain; browsers go to two.
#
# Expected: the host that a browser asks: xn--fa-hia.de for faß.de (URL Standard, IDNA 2008), as ada-url 4.0.0 (the parser of
#   Node.js) and the package idna 3.20 have it.
# Seen: they use Python's codec "idna", which is of 2003 and writes ß as ss, the Greek final sigma as sigma, and leaves out the
#   (non-)joiners of Persian and Sinhala names. canonicalize_url gives fass.de, and so does a key in a CDXJ index.
# Why it matters: pages of two owners have one address after canonical form: deduplication by URL drops one, a list of blocked or
#   opted-out domains hits the wrong one, and a look-up in an index of an archive mixes their captures.
# Way round: host names by idna.encode(host, uts46=True), or the whole address by ada-url, before other rules.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  w3lib==2.5.0 surt==0.3.1 cdxj-indexer==1.5.0 warcio==1.8.1 ada-url==4.0.0 idna==3.20
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import subprocess
import sys
from importlib.metadata import version

import ada_url
import idna
import surt
import w3lib.url
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

pairs = [("faß.de", "fass.de"), ("βόλος.com", "βόλοσ.com"), ("نامه\u200cای.com", "نامهای.com")]
print("w3lib", version("w3lib"), "surt", version("surt"), "cdxj-indexer", version("cdxj-indexer"))


def keys(hosts):
    """The keys that cdxj-indexer gives to one page of each host."""
    with open("pages.warc.gz", "wb") as file:
        writer = WARCWriter(file, gzip=True)
        for host in hosts:
            answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            page = io.BytesIO(host.encode())
            record = writer.create_warc_record(f"http://{host}/", "response", payload=page, http_headers=answer)
            writer.write_record(record)
    indexed = subprocess.run(["venv/bin/cdxj-indexer", "pages.warc.gz"], capture_output=True, text=True, check=True)
    return [line.split(" ", 1)[0] for line in indexed.stdout.splitlines()]


as_seen = True
for hosts in pairs:
    found = {
        "ada-url": [ada_url.URL(f"http://{host}/").href for host in hosts],
        "idna": [idna.encode(host, uts46=True).decode() for host in hosts],
        "w3lib": [w3lib.url.canonicalize_url(f"http://{host}/") for host in hosts],
        "surt": [surt.surt(f"http://{host}/") for host in hosts],
        "cdxj-indexer": keys(hosts),
    }
    for library, (one, other) in found.items():
        print(f"{hosts[0]}, {hosts[1]}: {library}: {one}, {other}")
    joined = {library for library, (one, other) in found.items() if one == other}
    as_seen &= joined == {"w3lib", "surt", "cdxj-indexer"}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
