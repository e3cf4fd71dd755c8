#!/usr/bin/env bash
# pyarrow 26.0.1: pyarrow.compute.binary_join_element_wise(..., null_handling="skip") leaves rows out.
#
# Expected: an element-wise function gives one value a row. The documentation of JoinOptions says that "skip" skips
#   missing inputs; a row of which every input is null would be an empty string (or null).
# Seen: a row of which every input is null has no value in the result, which is shorter than its inputs.
# Why it matters: columns of notes or tags joined this way (None for most rows) move up. Put back beside the other
#   columns with append_column it fails by its length; inside another kernel of one batch, or where another join
#   happens to restore the length, values stand beside other documents.
# Way round: null_handling="replace", null_replacement="".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyarrow==26.0.1
"$folder/venv/bin/python" - <<'PY'
import sys

import pyarrow as pa
import pyarrow.compute as pc

print("pyarrow", pa.__version__)
first = pa.array(["x", None, "y", None])
second = pa.array(["1", None, None, "2"])
expected = {"skip": 4, "replace": 4, "emit_null": 4}
seen = {}
for handling in expected:
    joined = pc.binary_join_element_wise(first, second, "-", null_handling=handling)
    seen[handling] = len(joined)
    print(f"{handling:9}: {len(first)} rows in, {len(joined)} out: {joined.to_pylist()}")
single = pc.binary_join_element_wise(pa.array(["a", None, "b"]), "-", null_handling="skip")
print(f"one column and its separator, skip: 3 rows in, {len(single)} out: {single.to_pylist()}")
changed = seen != {"skip": 3, "replace": 4, "emit_null": 4} or len(single) != 2
print("behaviour changed" if changed else "behaviour as described: the row whose inputs are all null is gone")
sys.exit(1 if changed else 0)
PY
