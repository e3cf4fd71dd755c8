#!/usr/bin/env bash
# datasets 5.2.0: load_dataset of JSON lines rounds the numbers of one row because another row has another key.
#
# Expected: {"perplexity_log": 1.2e-12} is that number, whatever the metadata of other documents are called.
# Seen: where all objects of a column have the same keys, they become a struct with exact doubles. Where one row has a key of its
#   own, the column becomes the new type Json: its text is written anew while loading, with ten decimal places. 1.2e-12 becomes
#   0.0, 0.1234567890123456 becomes 0.123456789. Parquet, map() and streaming then have the rounded text. Whole numbers stay exact.
# Why it matters: metadata with other keys per source is what a corpus made of several sources has. Log probabilities and weights
#   of the first source change when a second source is added to the folder, and nothing says so.
# Way round: features= with a struct of all keys, or keep the metadata as a string of JSON.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0
cd "$folder"
HF_HOME="$folder/hf" venv/bin/python - <<'PYTHON'
import json
import sys

import datasets
from datasets import load_dataset

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
exact = {"tiny": 1.2e-12, "share": 0.1234567890123456, "id": 9007199254740993}


def loaded(name, rows, **options):
    with open(name, "w") as out:
        out.writelines(json.dumps({"meta": meta}) + "\n" for meta in rows)
    found = load_dataset("json", data_files=name, split="train", **options)
    return str(found.features["meta"]) if found.features else "", next(iter(found))["meta"]


alike = loaded("alike.jsonl", [exact, exact])
other = loaded("other.jsonl", [exact, {"source": "wiki"}])
stream = loaded("other.jsonl", [exact, {"source": "wiki"}], streaming=True)
print("written:                         ", exact)
print("every row has these keys:        ", alike[1], alike[0][:20])
print("the second row has another key:  ", other[1], other[0][:20])
print("the same, streamed:              ", stream[1])
load_dataset("json", data_files="other.jsonl", split="train").to_parquet("other.parquet")
again = load_dataset("parquet", data_files="other.parquet", split="train")[0]["meta"]
print("and handed on as Parquet:        ", again)
close = all(abs(each["share"] - 0.123456789) < 1e-15 and each["tiny"] == 0 and each["id"] == exact["id"] for each in (other[1], stream[1], again))
as_seen = alike[1] == exact and close and other[0].startswith("Json")
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
