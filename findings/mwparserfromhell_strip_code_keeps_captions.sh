#!/bin/bash
# Plain text of a Wikipedia article by mwparserfromhell's strip_code() holds words that no reader of the article reads there.
# One expects: strip_code(), which "strips all unprintable code", gives the running text: what the page shows, in sentences.
# What happens: in version 0.7.0 the size words and the caption of a [[File:...]] link stand in the middle of a sentence
# ("thumb|left|A cup"), the text of a reference is glued to the word before it, [[Category:...]] is printed as text, the
# cells of a table are run together without a mark, and a switch such as __NOTOC__ stays.
# It matters because pages of Wikipedia have several of these each, and a corpus made with this one call gets "thumb" and
# "Category:" as frequent words of every language (in the words of each: "mini", "vignette").
# A way round: take out links to the wiki's own names for files and categories (siteinfo of the dump has them), tables
# and references before strip_code(), and the switches behind it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "mwparserfromhell==0.7.0"
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
import sys

import mwparserfromhell

PAGE = """Tea is a '''drink'''<ref>Smith</ref>.[[File:Tea.jpg|thumb|left|A cup]] It is {{nowrap|hot}} [[water]].
{| class="wikitable"
| green || black
|}
See [[:Category:Tea|more]]. __NOTOC__
[[Category:Drinks]]"""

print("mwparserfromhell", importlib.metadata.version("mwparserfromhell"))
text = mwparserfromhell.parse(PAGE).strip_code()
print(repr(text))
right = "Tea is a drink" in text and "water" in text and "[[" not in text and "nowrap" not in text  # the rest is right
kept = [word for word in ("drinkSmith", "thumb|left|A cup", "Category:Drinks", "green", "__NOTOC__") if word in text]
print("kept beside the text:", kept)
sys.exit(0 if right and len(kept) == 5 else 1)
PYTHON
