#!/usr/bin/env bash
# pythainlp 5.4.0: word_tokenize(engine="longest") gives Latin words in small letters: "NASA" is "nasa".
#
# Expected: tokens are pieces of the text, so that put together they give it back, as with newmm, the default, and with mm.
# Seen: the engine "longest" lower-cases Latin letters inside Thai text. Thai words and white space are as they were.
# Why it matters: Thai pages are full of names in Latin letters. Text that is put together from the tokens again, offsets looked up
#   in the text, and n-grams compared with those of another engine differ at each of them.
# Way round: engine="newmm".
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pythainlp==5.4.0
cd "$folder"
PYTHAINLP_DATA_DIR="$folder" venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from pythainlp.tokenize import word_tokenize

text = "ซื้อ iPhone 15 ที่ Apple Store ของ NASA"
print("pythainlp", version("pythainlp"))
back = {}
for engine in ("newmm", "mm", "longest"):
    words = word_tokenize(text, engine=engine)
    back[engine] = "".join(words)
    print(f"{engine}: {words}")
as_seen = back == {"newmm": text, "mm": text, "longest": text.lower()} and text != text.lower()
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
