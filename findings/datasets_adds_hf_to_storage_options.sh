#!/usr/bin/env bash
# datasets 5.2.0: load_dataset adds a key "hf" to the caller's own storage_options, which s3fs then refuses.
#
# Expected: storage_options is read and left as it was, as pandas and fsspec do.
# Seen: {"key": ..., "secret": ...} has a key "hf" with an endpoint and a token afterwards, whatever files were read. The
#   next use of the same dict, s3fs.S3FileSystem(**options), ends with "AioSession.__init__() got an unexpected keyword
#   argument 'hf'", far from the call that changed it.
# Why it matters: one dict of credentials for a store is what a program has; it loads a dataset, then lists or writes.
# Way round: load_dataset(..., storage_options=dict(options)).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 s3fs==2026.9.0 fsspec==2026.9.0
cd "$folder"
HF_HOME="$folder/hf" HF_HUB_OFFLINE=1 venv/bin/python - <<'PYTHON'
import sys

import datasets
import pandas
import s3fs

datasets.disable_progress_bars()
print("datasets", datasets.__version__, "s3fs", s3fs.__version__)
pandas.DataFrame({"a": [1, 2]}).to_parquet("a.parquet")
options = {"key": "x", "secret": "y"}
s3fs.S3FileSystem(**options, skip_instance_cache=True).connect()
print("before:", sorted(options), "- s3fs takes them")
rows = datasets.load_dataset("parquet", data_files="a.parquet", split="train", storage_options=options)
print("rows read:", rows.num_rows, "- after:", sorted(options))
try:
    s3fs.S3FileSystem(**options, skip_instance_cache=True).connect()
    told = "nothing"
except TypeError as error:
    told = str(error)
print("s3fs says:", told)
as_seen = "hf" in options and "unexpected keyword argument 'hf'" in told
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
