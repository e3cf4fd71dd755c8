#!/usr/bin/env bash
# ray 2.60.0: nulls in a column of write_parquet(partition_cols=...) are read back as the text "__HIVE_DEFAULT_PARTITION__".
#
# Expected: null, as pyarrow, polars and duckdb read the same folders: the name stands for null in Hive's layout.
# Seen: ray writes the folder language=__HIVE_DEFAULT_PARTITION__ for rows without a language, and its read_parquet takes the name
#   for a value. is_null finds no row; there is one more language.
# Why it matters: documents without a language, a date or a licence are grouped, weighted and filtered as those of a language of
#   this name: an "is known" filter lets all of them through.
# Way round: fill nulls with a value of your own before writing, or read with pyarrow.dataset.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  "ray[data]==2.60.0" pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1
cd "$folder"
RAY_USAGE_STATS_ENABLED=0 venv/bin/python - 2> log.txt <<'PYTHON' || { tail -n 5 log.txt; exit 1; }
import os
import sys

import duckdb
import polars
import pyarrow.dataset
import ray

ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
out = os.path.abspath("out")
languages = ["en", None, "de"]
rows = ray.data.from_items([{"row": number, "language": language} for number, language in enumerate(languages)])
rows.write_parquet(out, partition_cols=["language"])
back = {row["row"]: row["language"] for row in ray.data.read_parquet(out).take_all()}
ray.shutdown()
query = "select language from read_parquet('out/**/*.parquet', hive_partitioning=true) order by row"
partitioned = pyarrow.dataset.dataset("out", partitioning="hive").to_table().sort_by("row")
found = {
    "pyarrow": partitioned["language"].to_pylist(),
    "polars": polars.read_parquet("out/**/*.parquet", hive_partitioning=True).sort("row")["language"].to_list(),
    "duckdb": [row[0] for row in duckdb.sql(query).fetchall()],
    "ray": [back[number] for number in range(3)],
}
print("ray", ray.__version__, sorted(os.listdir("out")))
for reader, read in found.items():
    print(f"{reader}: {read}")
ours = found.pop("ray")
as_seen = all(read == languages for read in found.values()) and ours == ["en", "__HIVE_DEFAULT_PARTITION__", "de"]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
