#!/usr/bin/env bash
# datasets 5.2.0: load_dataset of JSON lines makes doubles of all ids of a column if one of them is above 2^63 - 1.
#
# Expected: exact numbers, as polars and duckdb read the same file and as datasets reads them from Parquet; or an error.
# Seen: [9007199254740993, 9223372036854775808, 10000000000000000001] becomes [9007199254740992.0, 9.223372036854776e+18,
#   1e+19], streamed or not. It comes from pyarrow.json 26.0.1, which takes a number that does not fit int64
#   for a double, without a word, and then the whole column.
# Why it matters: half of all unsigned 64-bit hashes (xxhash, SimHash, doc ids) are above 2^63. Rounded to 53 bits they match
#   nothing any more, and about a thousand neighbouring ids become one.
#   features= with "uint64" does not help: the numbers are rounded before they are cast.
# Way round: read with polars, schema_overrides={"id": polars.UInt64}, and Dataset.from_polars; or write such ids as strings.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1
cd "$folder"
HF_HOME="$folder/hf" HF_HUB_OFFLINE=1 venv/bin/python - <<'PYTHON'
import sys

import datasets
import duckdb
import polars
import pyarrow.json

datasets.disable_progress_bars()
print("datasets", datasets.__version__, "pyarrow", pyarrow.__version__)
ids = [9007199254740993, 2**63, 10**19 + 1]
with open("ids.jsonl", "w") as file:
    file.writelines(f'{{"id": {number}}}\n' for number in ids)


def load(**options):
    return [row["id"] for row in datasets.load_dataset("json", data_files="ids.jsonl", split="train", **options)]


exact = datasets.Features({"id": datasets.Value("uint64")})
read = {
    "polars": polars.read_ndjson("ids.jsonl")["id"].to_list(),
    "duckdb": [row[0] for row in duckdb.sql("select id from 'ids.jsonl'").fetchall()],
    "datasets from polars": datasets.Dataset.from_polars(
        polars.read_ndjson("ids.jsonl", schema_overrides={"id": polars.UInt64})
    )["id"][:],
    "datasets": load(),
    "datasets, uint64 asked for": load(features=exact),
    "datasets, streamed": load(streaming=True),
    "pyarrow.json": pyarrow.json.read_json("ids.jsonl")["id"].to_pylist(),
}
for reader, numbers in read.items():
    print(f"{reader}: {numbers}")
wrong = [reader for reader, numbers in read.items() if numbers != ids]
as_seen = wrong == ["datasets", "datasets, uint64 asked for", "datasets, streamed", "pyarrow.json"] and read["datasets"][0] == 9007199254740992.0
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
