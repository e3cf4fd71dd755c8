#!/usr/bin/env bash
# resiliparse 2.0.1: extract_plain_text(main_content=True) loses Japanese particles that stand between two words with readings
# (ruby), and short lists in the middle of an article.
#
# Expected: main_content leaves out navigation and the like; inside one paragraph of the article all text stays.
# Seen: in "<ruby>Tokyo</ruby> no <ruby>library</ruby> de yonda" (in Japanese) the "no" between the two is gone, the rest of the
#   paragraph stays. A list of two short items between two long paragraphs is gone too. With main_content=False both are there.
# Why it matters: the sentences become ungrammatical, and readings stand among the words; Japanese news and school texts are full
#   of ruby. Recipes, steps and answers are lists of short items.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check resiliparse==2.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from resiliparse.extract.html2text import extract_plain_text

print("resiliparse", version("resiliparse"))
LONG = "この機械は研究所で長い時間をかけて試験され、すべて技術者の予想どおりに動いた。"
RUBY = "<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>の<ruby>図書館<rp>(</rp><rt>としょかん</rt><rp>)</rp></ruby>で読んだ。"
LIST = "<ul><li>two eggs</li><li>some milk</li></ul>"
page = f"<html><body><article><h1>Report</h1><p>{LONG}</p><p>{LONG}{RUBY}</p>{LIST}<p>{LONG}</p></article></body></html>"
whole, main = extract_plain_text(page), extract_plain_text(page, main_content=True)
for name, text in (("main_content=False", whole), ("main_content=True", main)):
    print(f"{name}: {[line for line in text.splitlines() if line]}")
as_seen = "(とうきょう)の図書館" in whole and "two eggs" in whole
as_seen &= "(とうきょう)図書館" in main and "で読んだ" in main and "two eggs" not in main
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
