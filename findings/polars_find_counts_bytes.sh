#!/usr/bin/env bash
# polars 2.1.0: str.find gives a place in bytes, and str.slice and str.head take letters: "Straße: x" up to ":" is "Straße:".
#
# Expected: what find gives, slice takes, as in Python and in SQL (instr and substr, duckdb 2.0.1).
# Seen: for ASCII they agree. With one ß before the colon the cut is one letter too late, in Japanese three times too far.
#   pyarrow 26.0.1 does the same: find_substring and utf8_slice_codeunits.
# Why it matters: titles, speakers ("Müller: ...") and boilerplate in front of a mark are cut so. On English samples it is right;
#   on other languages the mark and a piece of the text behind it come along, without an error.
# Way round: str.splitn or str.extract with a pattern; or cut the binary column by bytes (cast to Binary, bin.slice).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import duckdb
import polars
import pyarrow
import pyarrow.compute

texts = ["House: text", "Straße: text", "東京：本文のはじまり"]
right = ["House", "Straße", "東京"]
marks = [":", ":", "："]
frame = polars.DataFrame({"text": texts, "mark": marks})
place = polars.col("text").str.find(polars.col("mark"), literal=True)
found = {
    "Python": [text[: text.find(mark)] for text, mark in zip(texts, marks)],
    "duckdb": [
        row[0]
        for row in duckdb.sql("select substr(text, 1, instr(text, mark) - 1) from frame").fetchall()
    ],
    "polars, extract": frame["text"].str.extract("^([^:：]*)").to_list(),
    "polars, find and slice": frame.select(polars.col("text").str.slice(0, place))["text"].to_list(),
    "pyarrow, find and slice": [
        pyarrow.compute.utf8_slice_codeunits(
            pyarrow.array([text]), 0, pyarrow.compute.find_substring(pyarrow.array([text]), mark)[0].as_py()
        )[0].as_py()
        for text, mark in zip(texts, marks)
    ],
}
print("polars", polars.__version__, "pyarrow", pyarrow.__version__)
for name, cut in found.items():
    print(f"{name}: {cut}")
wrong = ["House", "Straße:", "東京：本文の"]
as_seen = [cut == right for cut in found.values()] == [True, True, True, False, False]
as_seen &= found["polars, find and slice"] == wrong == found["pyarrow, find and slice"]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
