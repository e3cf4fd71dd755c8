#!/usr/bin/env bash
# langcodes 3.5.1: the closest supported language of Ukrainian is Russian, of Welsh English, of Catalan Spanish.
#
# Expected: closest_supported_match, with its default distance, joins names of one language (nb and no, cmn and zho, iw and
#   he) and gives None for another language, as it does for Hebrew among ["en"].
# Seen: the distances are CLDR's, made for what a reader can be SHOWN: uk to ru is 24, cy to en 24, ca to es 20, eu to es 20,
#   inside the default of 25. zh-Hant to zh-Hans is 54, and has no match.
# Why it matters: labels of a language model mapped this way to the languages of a recipe (stop words, tokenizers, mixes) run
#   Ukrainian text through Russian rules and count it as Russian. max_distance=9 joins only what is one language.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check langcodes==3.5.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import langcodes

print("langcodes", version("langcodes"))
expected = {
    ("nb", "no"): "no", ("cmn", "zho"): "zho", ("iw", "he"): "he",
    ("uk", "ru"): "ru", ("cy", "en"): "en", ("ca", "es"): "es", ("eu", "es"): "es",
    ("zh-Hant", "zh-Hans"): None, ("he", "en"): None,
}
seen = {}
for wanted, supported in expected:
    seen[wanted, supported] = langcodes.closest_supported_match(wanted, [supported])
    print(f"{wanted} among [{supported}]: {seen[wanted, supported]}, distance {langcodes.tag_distance(wanted, supported)}")
as_seen = seen == expected
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
