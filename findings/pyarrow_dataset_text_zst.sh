#!/usr/bin/env bash
# pyarrow 26.0.1: pyarrow.dataset reads .csv and .json files in gzip, bz2 and lz4, but not in zstandard, although
# pyarrow.csv and pyarrow.json read the same file.
#
# Expected: one rule for the library: the codec follows from the ending, .zst like .gz.
# Seen: over .json.zst the dataset fails ("Is this a 'json' file?"), over .csv.zst too. pyarrow.csv.read_csv and
#   pyarrow.json.read_json are right.
# Why it matters: .jsonl.zst is the usual form of corpora (DCLM, SlimPajama, the Pile). The message
#   speaks of damaged data, where the data are whole.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 zstandard==0.25.0 lz4==4.4.5
cd "$folder"
venv/bin/python - <<'PYTHON'
import bz2
import gzip
import sys

import lz4.frame
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.json
import zstandard

print("pyarrow", pa.__version__)
ROWS = 5000
CSV = b"id,text\n" + b"".join(b"%d,some words\n" % n for n in range(ROWS))
JSON = b"".join(b'{"id": %d, "text": "some words"}\n' % n for n in range(ROWS))
packers = {"gz": gzip.compress, "bz2": bz2.compress, "lz4": lz4.frame.compress, "zst": zstandard.compress}
seen = {}
for ending, pack in packers.items():
    for kind, data in (("csv", CSV), ("json", JSON)):
        name = f"part.{kind}.{ending}"
        with open(name, "wb") as out:
            out.write(pack(data))
        single = getattr(pa, kind)
        alone = (single.read_csv if kind == "csv" else single.read_json)(name).num_rows
        try:
            seen[kind, ending] = ds.dataset(name, format=kind).count_rows()
        except pa.ArrowInvalid as error:
            seen[kind, ending] = type(error).__name__
        print(f"{name:14} read alone {alone} rows, as a dataset {seen[kind, ending]}")
        assert alone == ROWS
right = all(seen[kind, ending] == ROWS for kind in ("csv", "json") for ending in ("gz", "bz2", "lz4"))
as_seen = right and seen["json", "zst"] == "ArrowInvalid" and seen["csv", "zst"] == "ArrowInvalid"
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
