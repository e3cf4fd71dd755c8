#!/usr/bin/env bash
# datatrove 0.10.1: the "fraction" of the top n-gram in GopherRepetitionFilter passes 1, so that a document fails a limit of 1.0.
#
# Expected: the share of characters in the most frequent 2-gram (Gopher, table A1: "top 2-gram character fraction") is 0 to 1.
# Seen: occurrences that overlap are counted each, and words are joined by spaces also where the text has none. "ok ok ok ..."
#   has 1.65; "okok" of a script without spaces has more. A limit of 1.0 drops it, 1.7 keeps it.
# Why it matters: FineWeb2's published settings were measured so, and 1.238 stands for the top 2-gram of Cantonese. Code that
#   counts covered characters, clamps, or validates limits to 0..1 decides otherwise than the settings mean.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "datatrove[processing]==0.10.1" spacy==3.8.18
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from datatrove.data import Document
from datatrove.pipeline.filters import GopherRepetitionFilter

print("datatrove", version("datatrove"))
off = {"dup_line_frac": None, "dup_para_frac": None, "dup_line_char_frac": None, "dup_para_char_frac": None, "dup_n_grams": ()}
text = "ok " * 100
seen = {}
for limit in (1.0, 1.7):
    seen[limit] = GopherRepetitionFilter(top_n_grams=((2, limit),), **off).filter(Document(text=text, id="0"))
    print(f"{len(text)} characters of 'ok', limit {limit}: {seen[limit]}")
other = "Nobody had seen the harbour like this before, and those who had said nothing of it."
seen["prose"] = GopherRepetitionFilter(top_n_grams=((2, 1.0),), **off).filter(Document(text=other, id="1"))
print(f"prose, limit 1.0: {seen['prose']}")
as_seen = seen == {1.0: (False, "top_2_gram"), 1.7: True, "prose": True}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
