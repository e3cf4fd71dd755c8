#!/usr/bin/env bash
# blingfire 0.1.8: text_to_words gives no word of a text in Santali (Ol Chiki), Tamazight (Tifinagh) or N'Ko.
#
# Expected: letters are parts of words, or at least tokens of their own, as they are for text_to_sentences, which keeps them.
# Seen: letters that its table does not know are left out, without a word: all letters of these scripts, the German capital
#   sharp s ("STRAẞE" is "STRA" and "E"), small letters of Cherokee, some of Latin for African languages. Hindi, Thai and
#   rare Chinese characters are there.
# Why it matters: counts of words are 0, so that every filter by number of words drops the document, and a ratio of
#   something to words divides by nothing; a bag of words or n-grams of such texts is empty and they are all alike.
# Way round: compare the letters of the words with those of the text; split by white space where some are missing.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check blingfire==0.1.8 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import blingfire

texts = {
    "Hindi": ("यह किताब नई है", True),
    "Thai": ("ภาษาไทย", True),
    "Chinese, rare character": ("𠮷野家", True),
    "Santali in Ol Chiki": ("ᱥᱟᱱᱛᱟᱲᱤ ᱯᱟᱹᱨᱥᱤ", False),
    "Tamazight in Tifinagh": ("ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⴰⵏⴰⵡⴰⵢⵜ", False),
    "N'Ko": ("ߒߞߏ ߞߊ߲ߜߍ", False),
    "Cherokee, small letters": ("ꭰꮿꭹ ꮳꮃꭹ", False),
    "German": ("STRAẞE", False),
    "Latin of Dinka and Ewe": ("ɛ ɔ ɣ", True),
    "Latin, glottal stop of Chipewyan": ("ɂ", False),
}
print("blingfire", version("blingfire"))
as_seen = True
for name, (text, is_kept) in texts.items():
    words, sentences = blingfire.text_to_words(text), blingfire.text_to_sentences(text)
    kept = set(text) <= set(words)
    print(f"{name}: {text!r} -> words {words!r}, sentences {sentences!r}")
    as_seen &= kept == is_kept and sentences == text
for name in ("Santali in Ol Chiki", "Tamazight in Tifinagh", "N'Ko"):
    as_seen &= blingfire.text_to_words(texts[name][0]).strip() == ""
as_seen &= blingfire.text_to_words("STRAẞE") == "STRA E"
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
