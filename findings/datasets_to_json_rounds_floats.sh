#!/usr/bin/env bash
# datasets 5.2.0: Dataset.to_json writes floats with ten decimal places: 1.23456789e-12 is written as 0.0.
#
# Expected: the value that is in the column, as to_csv, to_parquet and Python's json write it.
# Seen: 0.1234567890123456 becomes 0.123456789, 1.23456789012345e-05 becomes 0.0000123457 (six digits), 1.2e-12 becomes 0.0.
# Why it matters: probabilities, weights and hashes kept as fractions are rounded or vanish on the way to JSONL, the
#   format in which corpora are handed on; a logarithm of such a probability is then minus infinity.
# Way round: to_json(..., double_precision=15), which is still short of the last digits, or Parquet.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
import sys

import datasets

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
values = [0.1234567890123456, 1.23456789012345e-05, 1.23456789e-12]
made = datasets.Dataset.from_dict({"p": values})
made.to_json("default.jsonl")
made.to_json("digits.jsonl", double_precision=15)
default = [json.loads(line)["p"] for line in open("default.jsonl")]
digits = [json.loads(line)["p"] for line in open("digits.jsonl")]
for row in zip(values, default, digits):
    print("value %r, to_json %r, with double_precision=15 %r" % row)
as_seen = default[2] == 0.0 and all(a != b for a, b in zip(values, default)) and digits[2] != 0.0
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
