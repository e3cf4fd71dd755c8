#!/usr/bin/env bash
# Python's urllib.parse.urljoin drops empty path segments of relative addresses: "a//b.png" becomes "a/b.png".
#
# Expected: the address that a browser requests, http://example.org/img/a//b.png (URL Standard; RFC 3986, section 5.2.3 and
#   5.2.4 merge paths as they are). ada-url 4.0.0, the parser of Node.js, gives it.
# Seen: urljoin takes empty segments out of the merged path, those of the page's own address too, but leaves them where the
#   reference begins with a slash: "/img/a//b.png" keeps its two.
# Why it matters: links and pictures resolved with it name something else than the page does, some of them a file that is not
#   there; and the same picture has two addresses, by how the page writes it, when duplicates are removed by address.
# Way round: another parser (ada-url, yarl), or resolve by the rules of RFC 3986.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ada-url==4.0.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import platform
import sys
from importlib.metadata import version
from urllib.parse import urljoin

import ada_url

print("Python", platform.python_version(), "ada-url", version("ada-url"))
CASES = {
    ("http://example.org/img/", "a/b.png"): ("http://example.org/img/a/b.png", True),
    ("http://example.org/img/", "a//b.png"): ("http://example.org/img/a/b.png", False),
    ("http://example.org/img//x/", "b.png"): ("http://example.org/img/x/b.png", False),
    ("http://example.org/img/", "/img/a//b.png"): ("http://example.org/img/a//b.png", True),
}
as_seen = True
for (base, reference), (joined, same) in CASES.items():
    found, browser = urljoin(base, reference), ada_url.join_url(base, reference)
    print(f"{base} + {reference}: urljoin {found}, ada-url {browser}")
    as_seen &= found == joined and (found == browser) == same
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
