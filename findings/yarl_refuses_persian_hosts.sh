#!/usr/bin/env bash
# yarl 1.25.1 refuses host names with a joiner, as Persian and Sinhala words have them, so aiohttp cannot ask for them.
#
# Expected: U+200C and U+200D are letters of host names where the script needs them (IDNA 2008, RFC 5892, appendix A), and
#   browsers encode them: idna 3.20 and ada-url 4.0.0 (the parser of Node.js) give the same xn-- name.
# Seen: ValueError, "Host ... cannot contain '\u200c'". The same host in its xn-- form is taken, and other words in Persian are.
# Why it matters: aiohttp and fsspec's http files rest on yarl. Links in pages are written with the letters, so a crawler that
#   hands them on as they are loses the sites whose names have a joiner in them.
# Way round: ada_url.URL(address).href first, which gives the xn-- form.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check yarl==1.25.1 idna==3.20 ada-url==4.0.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import ada_url
import idna
import yarl

hosts = {"نامه.com": True, "نامه\u200cای.com": False, "ශ්\u200dරී.com": False}
print("yarl", version("yarl"))
as_seen = True
for host, is_taken in hosts.items():
    name = idna.encode(host, uts46=True).decode()
    browsers = ada_url.URL(f"http://{host}/").href
    try:
        found = str(yarl.URL(f"http://{host}/").raw_host)
    except ValueError as error:
        found = f"ValueError: {ascii(str(error))}"
    print(f"{ascii(host)}: idna {name}, ada-url {browsers}, yarl {found}")
    as_seen &= browsers == f"http://{name}/" and (found == name) == is_taken
    as_seen &= is_taken or found.startswith("ValueError")
    as_seen &= yarl.URL(f"http://{name}/").raw_host == name
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
