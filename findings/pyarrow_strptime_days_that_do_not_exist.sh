#!/usr/bin/env bash
# pyarrow.compute.strptime reads days that do not exist as days of the next month.
#
# One would expect: with error_is_null=True, "2023-02-30" is null, as Python's datetime.strptime and pandas refuse it.
# Seen: it becomes 2023-03-02, without a word; "2023-04-31" becomes 2023-05-01, "23:59:60" the next minute.
# Why it matters: dates of crawls and of metadata are filtered and ordered by; a damaged or made-up date turns into a
# plausible one, and no count of nulls shows it.
# Exits 0 while the behaviour is as seen, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1
"$folder/venv/bin/python" - <<'PY'
import sys
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

print("pyarrow", pa.__version__)
values = ["2023-02-28", "2023-02-29", "2023-02-30", "2023-04-31", "2023-02-32", "2023-13-01"]
found = pc.strptime(pa.array(values), format="%Y-%m-%d", unit="s", error_is_null=True).to_pylist()
wrong = 0
for value, got in zip(values, found):
    try:
        expected = datetime.strptime(value, "%Y-%m-%d")
    except ValueError:
        expected = None
    wrong += got != expected
    print(f"{value}: pyarrow {got}, Python {expected}")
print(f"{wrong} of {len(values)} differ")
sys.exit(0 if wrong == 3 else 1)
PY
