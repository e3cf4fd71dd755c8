#!/usr/bin/env bash
# datasets 5.2.0: a CSV or TSV file with a column of language codes comes back without Min Nan Chinese: "nan" is null.
#
# Expected: the text that is in the column, as pyarrow.csv, polars and duckdb read it, and as datasets itself reads it from JSON
#   lines and Parquet.
# Seen: the CSV builder reads with pandas' list of words for nothing, which has nan, NA, null, None and n/a. "nan" is the
#   ISO 639-3 code of Min Nan, with millions of speakers, and FineWeb-2 has a part of that name (nan_Latn); "NA"
#   is Namibia, and "null" and "None" are words of text.
# Why it matters: a filter or a mix by language leaves that language out, and a text column loses one-word documents. There
#   is no warning, since a null is valid.
# Way round: load_dataset("csv", ..., keep_default_na=False).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.1 polars==2.1.0
cd "$folder"
HF_HOME="$folder/hub" HF_HUB_OFFLINE=1 venv/bin/python - <<'PYTHON'
import sys

import datasets
import polars
import pyarrow.csv

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
with open("pages.csv", "w") as file:
    file.write("language,text\nyue,a\nnan,b\nhak,c\n")


def read(**options):
    found = datasets.load_dataset("csv", data_files="pages.csv", split="train", cache_dir=f"cache{len(options)}", **options)
    return list(found["language"])


ours, asked = read(), read(keep_default_na=False)
others = polars.read_csv("pages.csv")["language"].to_list(), pyarrow.csv.read_csv("pages.csv")["language"].to_pylist()
print("written: yue, nan, hak (Cantonese, Min Nan, Hakka)")
print("load_dataset:", ours, "with keep_default_na=False:", asked, "polars, pyarrow:", *others)
codes = ["yue", "nan", "hak"]
as_seen = ours == ["yue", None, "hak"] and asked == codes and all(other == codes for other in others)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
