#!/usr/bin/env bash
# ray 2.60.0: after map_batches with a function that returns its batch, a column of lists that has a null is written to Parquet
# as pickled Python objects.
#
# Expected: list<int64>, as it came, and as batch_format="pyarrow" gives it.
# Seen: the default format is NumPy. Lists without a null become an extension of Ray's whose storage still has the numbers
#   (data, shape); a null among them makes the block a column of objects, stored as pickles in another extension type.
#   write_parquet succeeds for both. Other programs see opaque bytes, and Ray unpickles them on reading.
# Why it matters: token ids, embeddings and lists of links are such columns, and one empty document is enough. The dataset can be
#   read by nobody but Ray, and a reader runs what the pickle says.
# Way round: batch_format="pyarrow"; look at the schema of the files before they are passed on.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ray[data]==2.60.0" pyarrow==26.0.1 polars==2.1.0
cd "$folder"
RAY_USAGE_STATS_ENABLED=0 RAY_DATA_DISABLE_PROGRESS_BARS=1 venv/bin/python - 2>/dev/null <<'PYTHON'
import glob
import subprocess
import sys

import pyarrow as pa
import ray
import ray.data

print("ray", ray.__version__)
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
LOOK = "import sys, polars; print(polars.read_parquet(sys.argv[1]).schema['input_ids'])"


def written(name, lists, **options):
    """The type of the column for a program that does not know Ray."""
    table = pa.table({"input_ids": pa.array(lists, pa.list_(pa.int64()))})
    ray.data.from_arrow(table).map_batches(lambda batch: batch, **options).write_parquet(name)
    (path,) = glob.glob(f"{name}/*.parquet")
    return subprocess.run([sys.executable, "-c", LOOK, path], capture_output=True, text=True, check=True).stdout.strip()


whole = written("whole", [[5, 6], [7]])
with_null = written("with_null", [[5, 6], None])
arrow = written("arrow", [[5, 6], None], batch_format="pyarrow")
print("lists without a null:", whole)
print("lists with a null:", with_null)
print("lists with a null, batch_format='pyarrow':", arrow)
as_seen = "List" in whole and "List" not in with_null and "Binary" in with_null and "List" in arrow
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
