#!/usr/bin/env bash
# datatrove 0.10.1: GopherQualityFilter finds no stop word in a text whose letters and tone marks are separate characters.
#
# Expected: canonically equivalent texts (Unicode, NFC and NFD) are the same words, so the same clean Vietnamese page passes in both.
# Seen: words are compared code point by code point. With FineWeb2's published Vietnamese stop words (NFC) the page passes in NFC
#   and is dropped as `gopher_enough_stop_words` in NFD and in the form of windows-1258, a vowel letter with a separate tone.
# Why it matters: FineWeb2's own texts came from trafilatura, which writes NFC. WET files, PDFs, text of macOS and converted
#   windows-1258 pages do not: without normalizing first, a pipeline with the same settings loses such pages whole.
# Way round: unicodedata.normalize("NFC", text) before the filter.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "datatrove[processing]==0.10.1" spacy==3.8.18
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import unicodedata
from importlib.metadata import version

from datatrove.data import Document
from datatrove.pipeline.filters import GopherQualityFilter

print("datatrove", version("datatrove"))
STOP_WORDS = ["là", "và", "của", "một", "được", "các", "có"]  # among those published for vie_Latn
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> str:
    """Letters whole, tones apart, as the code page writes them."""
    found = []
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(c for c in parts if c in TONES)
        found.append(unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES)) + tones)
    return "".join(found)


text = "Mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và các quyền. Đó là một trong các điều của bản này. " * 3
# Cashinahua (cbs) has spaCy's plain tokenizer: no Vietnamese segmenter is needed
judge = GopherQualityFilter(language="cbs", stop_words=STOP_WORDS, min_avg_word_length=2, max_avg_word_length=11)
seen = {}
for form, written in (("NFC", text), ("NFD", unicodedata.normalize("NFD", text)), ("windows-1258", windows_1258(text))):
    assert unicodedata.normalize("NFC", written) == unicodedata.normalize("NFC", text)
    seen[form] = judge.filter(Document(text=written, id="0"))
    print(f"{form}: {seen[form]}")
dropped = (False, "gopher_enough_stop_words")
as_seen = seen == {"NFC": True, "NFD": dropped, "windows-1258": dropped}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
