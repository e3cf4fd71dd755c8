#!/usr/bin/env bash
# polars 2.1.0 does not read a .zst file that pzstd wrote: "stream did not contain valid UTF-8".
#
# Expected: a Zstandard file may begin with a skippable frame (RFC 8878, section 3.1.2); duckdb, pyarrow, pandas and fsspec read it.
# Seen: pzstd, the parallel program that comes with zstd, puts a skippable frame of 12 bytes in front. polars then parses the
#   compressed bytes as text, whatever the name of the file is. A skippable frame behind the data is passed over. daft 0.6.14
#   calls the same file an "Empty JSON file".
# Why it matters: large dumps are compressed by pzstd because it uses all cores. The message speaks of UTF-8, so one looks for
#   broken text in a file that is whole.
# Way round: zstd -dc in.zst | zstd > out.zst, or read it with pyarrow.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  polars==2.1.0 daft==0.6.14 duckdb==2.0.1 pyarrow==26.0.1 pandas==3.1.1 fsspec==2026.9.0 zstandard==0.25.0
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true RUST_BACKTRACE=0 venv/bin/python - <<'PYTHON'
import struct
import sys

import daft
import duckdb
import fsspec
import pandas
import polars
import pyarrow.json
import zstandard

lines = b"".join(b'{"id": %d}\n' % number for number in range(20))
frame = zstandard.ZstdCompressor().compress(lines)
skippable = struct.pack("<III", 0x184D2A50, 4, len(frame))  # as pzstd writes it: magic number, length, size of the frame
files = {"plain.jsonl.zst": frame, "behind.jsonl.zst": frame + skippable, "pzstd.jsonl.zst": skippable + frame}


def read(how):
    try:
        return how()
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]


print("polars", polars.__version__, "daft", daft.__version__)
found = {}
for name, data in files.items():
    with open(name, "wb") as file:
        file.write(data)
    found[name] = {
        "duckdb": read(lambda: len(duckdb.sql(f"from '{name}'").fetchall())),
        "pyarrow": read(lambda: pyarrow.json.read_json(pyarrow.input_stream(name)).num_rows),
        "pandas": read(lambda: len(pandas.read_json(name, lines=True))),
        "fsspec": read(lambda: sum(1 for _ in fsspec.open(name, "rt", compression="infer").open())),
        "polars": read(lambda: polars.read_ndjson(name).height),
        "daft": read(lambda: len(daft.read_json(name).to_pydict()["id"])),
    }
    for reader, rows in found[name].items():
        print(f"{name}: {reader}: {rows}")
last = found.pop("pzstd.jsonl.zst")
refused = [last.pop("polars"), last.pop("daft")]
as_seen = all(set(rows.values()) == {20} for rows in found.values()) and set(last.values()) == {20}
as_seen &= "UTF-8" in str(refused[0]) and isinstance(refused[1], str)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
