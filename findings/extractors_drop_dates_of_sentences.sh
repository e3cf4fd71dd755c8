#!/usr/bin/env bash
# trafilatura 2.3.1 and resiliparse 2.0.1 (main_content) leave <time> out of sentences: "began on and ended on".
#
# Expected: <time datetime="1939-09-01">1 September 1939</time> is text of its paragraph, as a browser shows it, and as jusText
#   and trafilatura's own html2txt keep it.
# Seen: the element is taken for the date line of an article and removed wherever it stands, in the middle of a sentence too. The
#   sentence closes up over the hole: "The war began on and ended on , as all know."
# Why it matters: HTML has <time> for dates in text, and encyclopaedias, museums, biographies, timelines and events use it so. A
#   corpus made this way teaches sentences without their dates, and no filter sees it. Both are defaults of known pipelines.
# Way round: rename <time> to <span> before the extraction.
# Exits 0 while both behave so, 1 when either has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check trafilatura==2.3.1 resiliparse==2.0.1 lxml_html_clean==0.4.6 justext==3.0.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import justext
import trafilatura
from resiliparse.extract.html2text import extract_plain_text

print(*(f"{name} {version(name)}" for name in ("trafilatura", "resiliparse", "jusText")))
LONG = "This is a long paragraph with many ordinary words that reads like an article about the sea and the ships that are on it."
ASKED = "<p>The war began on <time datetime='1939-09-01'>1 September 1939</time> and ended on <time>2 September 1945</time>, as all know.</p>"
PAGE = f"<html><head><title>A page</title></head><body><article><h1>A war</h1><p>{LONG}</p>{ASKED}<p>{LONG}</p></article></body></html>"
RENAMED = PAGE.replace("<time", "<span").replace("</time>", "</span>")
READERS = {
    "trafilatura": trafilatura.extract,
    "resiliparse, main_content": lambda page: extract_plain_text(page, main_content=True),
    "resiliparse, all": extract_plain_text,
    "trafilatura.html2txt": trafilatura.html2txt,
    "jusText": lambda page: "\n".join(part.text for part in justext.justext(page.encode(), justext.get_stoplist("English"))),
}


def sentence(reader, page):
    text = READERS[reader](page)
    return text[text.index("The war") : text.index("as all know")]


seen = {}
for reader in READERS:
    found = sentence(reader, PAGE)
    seen[reader] = "1939" in found and "1945" in found
    print(f"{reader:26}", found)
round_it = all("1939" in sentence(reader, RENAMED) for reader in list(READERS)[:2])
print("both, with <span> in place of <time>:", "dates kept" if round_it else "dates lost")
as_seen = list(seen.values()) == [False, False, True, True, True] and round_it
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
