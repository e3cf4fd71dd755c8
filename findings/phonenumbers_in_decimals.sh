#!/usr/bin/env bash
# phonenumbers 9.0.43: PhoneNumberMatcher finds a telephone number in 3.14159265358 and in a DOI.
#
# Expected: the matcher, at its leniency "valid", passes by decimals and identifiers, as it passes by ISBNs, dates and
#   addresses of machines.
# Seen: the digits after the point of Pi are +14159265358, a number of San Francisco; 10.1234/5678901 holds +12345678901.
# Why it matters: masking personal data this way writes <PHONE> into mathematics, tables of measurements and references, in
#   text where there is no person at all.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import phonenumbers

print("phonenumbers", phonenumbers.__version__)
texts = {
    "Pi is 3.14159265358, more or less": ["14159265358"],
    "doi 10.1234/5678901": ["1234/5678901"],
    "ISBN 978-3-16-148410-0": [],
    "2026-11-30 12:00:00": [],
    "call 650-253-0000": ["650-253-0000"],
}
as_seen = True
for text, expected in texts.items():
    found = [match.raw_string for match in phonenumbers.PhoneNumberMatcher(text, "US")]
    as_seen &= found == expected
    print(f"{text}: {found}")
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
