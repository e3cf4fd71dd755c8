#!/usr/bin/env bash
# publicsuffixlist 1.1.2.20261023: the registrable domain of http://1.2.3.4/ is "3.4"; tldextract 5.4.0 has none.
#
# Expected: no domain for a numeric address, and the same domain from both libraries, which read the same list.
# Seen: publicsuffixlist takes the last two numbers. Beyond that the defaults differ: blogspot.com is one domain to tldextract
#   and each blog one to publicsuffixlist (private suffixes), and tldextract leaves capitals as they are.
# Why it matters: caps per domain, block lists and mixes by domain put unrelated hosts under "3.4", and a corpus keyed with the
#   one library does not join with one keyed with the other.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check publicsuffixlist==1.1.2.20261023 tldextract==5.4.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import tldextract
from publicsuffixlist import PublicSuffixList

print("publicsuffixlist", version("publicsuffixlist"), "tldextract", version("tldextract"))
first = PublicSuffixList().privatesuffix
extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
seen = {}
for host in ("en.wikipedia.org", "1.2.3.4", "9.8.3.4", "foo.blogspot.com", "WWW.Example.Co.UK"):
    seen[host] = first(host), extract(host).top_domain_under_public_suffix
    print(f"{host:18} publicsuffixlist {seen[host][0]!r}, tldextract {seen[host][1]!r}")
as_seen = list(seen.values()) == [
    ("wikipedia.org", "wikipedia.org"),
    ("3.4", ""),
    ("3.4", ""),
    ("foo.blogspot.com", "blogspot.com"),
    ("example.co.uk", "Example.Co.UK"),
]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
