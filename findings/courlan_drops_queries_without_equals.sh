#!/usr/bin/env bash
# courlan 1.4.0: clean_url makes one address of http://example.org/?about and http://example.org/?contact.
#
# Expected: a cleaned address leads to the same page. w3lib and the URL Standard keep a query without "=" apart from others.
# Seen: with the default (strict=False) every parameter without a value is dropped: "?about", "/wiki?Main_Page", "/x?123"
#   become the address without a query. What is called medium or source is dropped as well, whatever its value is: galleries of
#   "?medium=oil" and "?medium=acrylic" are one.
# Why it matters: wikis, forums and small sites name pages so. Where addresses are cleaned before duplicates are removed by
#   address, one page of such a site is left, and documents have the address of another page.
# Way round: w3lib.url.canonicalize_url, and a list of tracking parameters of one's own.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check courlan==1.4.0 w3lib==2.5.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from courlan import clean_url
from w3lib.url import canonicalize_url

print("courlan", version("courlan"), "w3lib", version("w3lib"))
SITES = {
    "pages by name": ["http://example.org/?about", "http://example.org/?contact", "http://example.org/?events"],
    "a wiki": ["http://example.org/wiki?Main_Page", "http://example.org/wiki?History"],
    "numbers": ["http://example.org/x?123", "http://example.org/x?124"],
    "paintings": ["http://example.org/art?medium=oil", "http://example.org/art?medium=acrylic"],
    "by id": ["http://example.org/x?id=123", "http://example.org/x?id=124"],
}
seen = {}
for name, pages in SITES.items():
    cleaned, other = {clean_url(page) for page in pages}, {canonicalize_url(page) for page in pages}
    seen[name] = len(cleaned), len(other) == len(pages)
    print(f"{name:14} {len(pages)} pages: courlan has {sorted(cleaned)}, w3lib {len(other)} addresses")
as_seen = [left for left, _ in seen.values()] == [1, 1, 1, 1, 2] and all(apart for _, apart in seen.values())
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
