#!/usr/bin/env bash
# datasets 5.2.0: map() and from_generator() take a column's type from the first 1,000 rows and cast later rows to it:
# the string "007" becomes the number 7, "0.50" becomes 0.5, a list becomes its JSON text.
#
# Expected: an error where later values have another type (as with 2.5 after whole numbers, which does raise), since nothing
#   asked for strings to be parsed.
# Seen: text after numbers is parsed to a number, True after text becomes "true", ["y"] after text becomes '["y"]'.
# Why it matters: ids, versions and post codes that look like numbers in the first 1,000 documents change in all the others,
#   and no longer match the tables they came from. It depends on writer_batch_size and on the order of rows.
# Way round: features= with the types.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import datasets

datasets.disable_progress_bars()
print("datasets", datasets.__version__)


def last(early, late):
    rows = datasets.Dataset.from_dict({"n": list(range(1500))})
    try:
        return rows.map(lambda row: {"v": early if row["n"] < 1200 else late})[-1]["v"]
    except Exception as error:
        return type(error).__name__


cases = [(11, "007"), (0.5, "0.50"), ("x", True), ("x", ["y"]), (11, 2.5)]
seen = [last(early, late) for early, late in cases]
for (early, late), got in zip(cases, seen):
    print(f"first 1,200 rows {early!r}, then {late!r}: comes back as {got!r}")
made = datasets.Dataset.from_generator(lambda: ({"v": 11 if n < 1200 else "007"} for n in range(1500)), cache_dir="cache")
print("from_generator, 11 and then '007':", repr(made[-1]["v"]))
as_seen = seen == [7, 0.5, "true", '["y"]', "ArrowInvalid"] and made[-1]["v"] == 7
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
