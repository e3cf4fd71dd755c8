#!/usr/bin/env bash
# indic-nlp-library 0.92: the normalizer makes one word of Marathi "valleys" and "sea", and a danda of the sign | in Hindi.
#
# Expected: a normalizer gives one spelling to what is spelled in two ways. The joiner U+200D in Marathi and Nepali r ("eyelash
#   r") tells words apart, as Marathi dar(joiner)ya, valleys, and darya, sea; NFC keeps it.
# Seen: U+200D is removed wherever it stands, in Bengali and Kannada words as well, where it keeps the r from becoming the
#   mark above. U+0931, the other way to write the same r of Marathi, becomes r and a dot: the two spellings of one word
#   are still two, and two words are one. "a | b" becomes "a DANDA b".
# Why it matters: texts in Indian languages are normalized with it before they are compared and tokenized. Words change their
#   letters and meaning in the corpus itself, and tables and code in Hindi pages have dandas for borders.
# Way round: unicodedata.normalize("NFC", text), and rules of one's own for what shall be one.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check indic-nlp-library==0.92
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import sys
import unicodedata
from importlib.metadata import version

from indicnlp.normalize.indic_normalize import IndicNormalizerFactory

JOINER = "\u200d"
pairs = {
    "mr": ("दर्\u200dया", "दर्या"),  # valleys, sea
    "ne": ("गर्\u200dयो", "गर्यो"),
    "bn": ("র\u200d্যাব", "র্যাব"),
    "kn": ("ರ\u200d್ಯಾಂಕ್", "ರ್ಯಾಂಕ್"),
}
print("indic-nlp-library", version("indic-nlp-library"))
joined = {}
for language, (with_joiner, without) in pairs.items():
    normalize = IndicNormalizerFactory().get_normalizer(language).normalize
    assert JOINER in with_joiner and with_joiner.replace(JOINER, "") == without
    assert unicodedata.normalize("NFC", with_joiner) == with_joiner
    joined[language] = normalize(with_joiner) == normalize(without) == without
    print(f"{language}: {ascii(with_joiner)} -> {ascii(normalize(with_joiner))}, which is {without}")
marathi = IndicNormalizerFactory().get_normalizer("mr").normalize
other = marathi("द\u0931्या")
print(f"mr: valleys with U+0931 -> {ascii(other)}, with the joiner -> {ascii(marathi(pairs['mr'][0]))}")
table = IndicNormalizerFactory().get_normalizer("hi").normalize("a | b")
print(f"hi: 'a | b' -> {ascii(table)}")
as_seen = all(joined.values()) and other != marathi(pairs["mr"][0]) and table == "a \u0964 b"
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
