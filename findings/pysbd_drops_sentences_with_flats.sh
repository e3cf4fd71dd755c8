#!/usr/bin/env bash
# pysbd 0.3.4: of "Symphony in B♭ major." the sentence is gone, and of "12 M☉ in all" everything up to the sign.
#
# Expected: with clean=False, its default, the segments are the text: put together they give it back, as they do here with ♯.
# Seen: the library marks what is no end of a sentence with rare characters (♭ ☉ ∮ ♬ ȸ and more) and takes them out again at the
#   end. Where the text has such a character itself, what stands before it is in no segment, in all of its languages.
# Why it matters: ♭ is in every text on music, ☉ (mass of the sun) in texts on stars, ∮ in physics. A corpus that is cut into
#   sentences by pysbd has holes just there, and the character itself no longer occurs in it, so that nothing seems to lack.
# Way round: compare "".join(segments) with the text, and cut otherwise where they differ.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysbd==0.3.4
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

import pysbd

texts = {
    "♯": "She wrote a sonata in F♯ minor. It is short. We heard it in June.",
    "♭": "She wrote a symphony in B♭ major. It is short. We heard it in June.",
    "☉": "The star has a mass of 12 M☉ today. It is far away. We saw it in June.",
    "∮": "The law says that ∮ B dl is zero here. It is old. We read it in June.",
}
print("pysbd", version("pysbd"))
lost = {}
for sign, text in texts.items():
    for language in ("en", "de", "ru", "ja"):
        segments = pysbd.Segmenter(language=language, clean=False).segment(text)
        lost[sign, language] = len(text) - len("".join(segments))
        if language == "en":
            print(f"{text!r}\n  -> {segments}")
print("characters lost:", {sign: [lost[sign, language] for language in ("en", "de", "ru", "ja")] for sign in texts})
as_seen = all((found == 0) if sign == "♯" else (found > 20) for (sign, _), found in lost.items())
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
