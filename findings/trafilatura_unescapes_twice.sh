#!/usr/bin/env bash
# trafilatura 2.3.1: a page that shows "&lt;b&gt;" comes out as "<b>": character references are resolved twice.
#
# Expected: what the page shows. Its source has &amp;lt;b&amp;gt; for that, which resiliparse, jusText, readability and
#   trafilatura.html2txt read as &lt;b&gt;.
# Seen: extract() resolves the references of the text once more: &lt; becomes <, &amp;&amp; becomes &&, &nbsp; becomes a no-break
#   space, "?a=1&amp;copy=2" a sign. In code blocks too. output_format="xml" has it right.
# Why it matters: pages on HTML, XML, templates and escaping say the contrary of what they said ("write < as <"), and code that
#   escapes text loses its point. These are the pages a model is to learn it from; tags appear in text that was clean.
# Way round: output_format="xml" and the text of that, or another extractor for such pages.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check trafilatura==2.3.1 resiliparse==2.0.1 lxml_html_clean==0.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import html
import sys
from importlib.metadata import version

import lxml.etree
import trafilatura
from resiliparse.extract.html2text import extract_plain_text

print(*(f"{name} {version(name)}" for name in ("trafilatura", "resiliparse")))
LONG = "This is a long paragraph with many ordinary words that reads like an article about the sea and the ships that are on it."
PROSE = "To show a tag, write &lt;b&gt; for it, and &amp; for the sign &."
CODE = 'page = text.replace("&", "&amp;").replace("<", "&lt;")'
BODY = f"<h1>Escaping</h1><p>{LONG}</p><p>{html.escape(PROSE)}</p><pre><code>{html.escape(CODE)}</code></pre><p>{LONG}</p>"
PAGE = f"<html><head><title>Escaping</title></head><body><article>{BODY}</article></body></html>"
READERS = {
    "trafilatura": trafilatura.extract,
    "trafilatura, markdown": lambda page: trafilatura.extract(page, output_format="markdown"),
    "trafilatura, xml": lambda page: "".join(lxml.etree.fromstring(trafilatura.extract(page, output_format="xml")).itertext()),
    "resiliparse": lambda page: extract_plain_text(page, main_content=True),
}
print("the page shows:        ", PROSE)
print("                       ", CODE)
seen = {}
for name, read in READERS.items():
    text = read(PAGE)
    seen[name] = PROSE in text, CODE in text
    lines = [line for line in text.splitlines() if line.strip().startswith(("To show", "page ="))]
    print(f"{name + ':':24}" + f"\n{'':24}".join(line.strip() for line in lines))
as_seen = list(seen.values()) == [(False, False), (False, False), (True, True), (True, True)]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
