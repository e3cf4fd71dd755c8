#!/usr/bin/env bash
# trafilatura 2.3.1 deletes U+200C and U+200B from the text of pages: Persian می‌خواهم (mi-khaham, "I want") comes out as
# میخواهم, the plural کتاب‌ها as کتابها, and the words of Khmer, which this character alone parts, as one.
# Expected: the letters of the page, as resiliparse 2.0.1 gives them from the same bytes. Both characters are part of the
# spelling: the Unicode Standard, sections 9.2 (Arabic, joiners) and 16.4 (Khmer, word boundaries).
# It matters because corpora of crawled Persian, Urdu, Sinhala or Khmer that were extracted so are misspelt throughout, and
# models and tokenizers trained on them never see the right spelling.
# Way round: another extractor for these languages; the characters cannot be put back afterwards.
# Exits 0 while it behaves so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q trafilatura==2.3.1 resiliparse==2.0.1 lxml-html-clean==0.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import trafilatura
from resiliparse.extract.html2text import extract_plain_text

WANT, BOOKS, KHMER = "می\u200cخواهم", "کتاب\u200cهای", "ភាសា\u200bខ្មែរ"
PAGE = (
    f"<html><body><article><p>من {WANT} {BOOKS} تازه بخوانم و آن را به دوستانم نشان بدهم، چون خواندن خوب است.</p>"
    f"<p>{KHMER} ជាភាសាផ្លូវការរបស់ប្រទេសកម្ពុជា។</p></article></body></html>"
)
by = {
    "trafilatura": trafilatura.extract(PAGE) or "",
    "resiliparse": extract_plain_text(PAGE, main_content=True),
}
whole = {}
for name, text in by.items():
    whole[name] = [word in text for word in (WANT, BOOKS, KHMER)]
    joined = [word.replace("\u200c", "").replace("\u200b", "") in text for word in (WANT, BOOKS, KHMER)]
    print(f"== {name} {version(name)}: as written {whole[name]}, without the character {joined}")
    print(text)
as_seen = whole == {"trafilatura": [False] * 3, "resiliparse": [True] * 3}
print("== as described" if as_seen else "== changed")
sys.exit(0 if as_seen else 1)
PYTHON
