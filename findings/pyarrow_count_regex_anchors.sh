#!/usr/bin/env bash
# pyarrow 26.0.1: count_substring_regex counts "^a" three times in "aaa", replace_substring_regex replaces it once.
#
# Expected: the count of a pattern is the number of matches that replacing it replaces, as in Python's re, in polars and in
#   RE2's own GlobalReplace, on which replace_substring_regex rests.
# Seen: behind each match the count goes on with the rest of the text as if it were a text of its own: "^" holds again there,
#   and so does "\b". "^a" is found 3 times in "aaa", "\b\w" 6 times in "aaa aaa" (it has two words).
# Why it matters: lines, headings, list items or words counted so are wrong by any factor, and a rule "at most n" drops
#   documents for matches that a replacement with the same pattern never touches. A way round: replace by "\0." and compare
#   the lengths in bytes.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 polars==2.1.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import re
import sys

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

print("pyarrow", pa.__version__, "polars", pl.__version__)
texts = ["aaa", "aaa aaa"]
table = pa.array(texts)
seen = {}
for pattern in ("^a", r"\b\w", "a+"):
    longer = pc.binary_length(pc.replace_substring_regex(table, pattern=pattern, replacement=r"\0."))
    seen[pattern] = {
        "pyarrow count": pc.count_substring_regex(table, pattern=pattern).to_pylist(),
        "pyarrow replace": pc.subtract(longer, pc.binary_length(table)).to_pylist(),
        "polars count": pl.Series(texts).str.count_matches(pattern).to_list(),
        "re.findall": [len(re.findall(pattern, text)) for text in texts],
    }
    print(pattern, seen[pattern])
others = ("pyarrow replace", "polars count", "re.findall")
agree = all(found[name] == found["re.findall"] for found in seen.values() for name in others)
counted = [seen[pattern]["pyarrow count"] for pattern in seen]
as_seen = agree and counted == [[3, 3], [3, 6], [1, 2]]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
