#!/usr/bin/env bash
# neologdn 0.5.6: normalize makes "1020" of the Japanese range "10〜20", and "/joe/" of the address "/~joe/".
#
# Expected: a normalizer for width and white space keeps "from 10 to 20 people" apart from "1020 people"; NFKC does.
# Seen: all tildes and wave dashes are removed, ～ 〜 ∼ and ~ alike, between digits and inside addresses too: "2019～2020" is
#   20192020, "午前9時〜午後5時" (from 9 to 5) is "午前9時午後5時". It is the rule of the dictionary it was made for, and the default.
# Why it matters: ranges of years, prices and hours are everywhere on Japanese pages, and become numbers that no filter finds odd.
# Way round: normalize(text, tilde="ignore"), or tilde="normalize", which keeps them as one sign.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check neologdn==0.5.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import unicodedata
from importlib.metadata import version

import neologdn

described = {
    "定員は10〜20人": "定員は1020人",
    "2019～2020年": "20192020年",
    "午前9時〜午後5時": "午前9時午後5時",
    "https://example.jp/~joe/": "https://example.jp/joe/",
    "定員は10-20人": "定員は10-20人",
}
print("neologdn", version("neologdn"))
as_seen = True
for text, joined in described.items():
    found = neologdn.normalize(text)
    kept = {how: neologdn.normalize(text, tilde=how) for how in ("ignore", "normalize")}
    print(f"{text} -> {found}; NFKC {unicodedata.normalize('NFKC', text)}; by tilde=: {kept}")
    as_seen &= found == joined
    as_seen &= all(len(one) == len(unicodedata.normalize("NFKC", text)) for one in kept.values())
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
