#!/usr/bin/env bash
# pyarrow 26.0.1: unique and value_counts of a column of string views give an empty text in place of null.
#
# Expected: as for string and large_string: null is a value of its own, beside the empty text.
# Seen: of ["en", null, "de", "", null] the unique values are en, de, "" and "", without a null; value_counts has two lines for "",
#   of which one counts the nulls. dictionary_encode of the same column is right.
# Why it matters: string views come without asking for them: pa.table(frame) of a polars frame has them, and Parquet files written
#   from such a table are read back with them. A table of languages or licences then says "empty" where documents have
#   none at all; a count of nulls in it is 0, and the two lines merge or overwrite each other in a dictionary.
# Way round: cast to string first, or frame.to_arrow(), which gives large_string.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 polars==2.1.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

print("pyarrow", pa.__version__, "polars", pl.__version__)
frame = pl.DataFrame({"language": ["en", None, "de", "", None]})
pq.write_table(pa.table(frame), "languages.parquet")
columns = {
    "frame.to_arrow()": frame.to_arrow()["language"],
    "pa.table(frame)": pa.table(frame)["language"],
    "Parquet of it": pq.read_table("languages.parquet")["language"],
    "of it, cast": pq.read_table("languages.parquet")["language"].cast(pa.string()),
}
seen = {}
for name, column in columns.items():
    counts = [(each["values"], each["counts"]) for each in pc.value_counts(column).to_pylist()]
    seen[name] = pc.unique(column).to_pylist(), counts, pc.dictionary_encode(column).null_count
    print(f"{name:17}{column.type!s:13} unique {seen[name][0]}, counts {counts}, nulls when encoded {seen[name][2]}")
right = ["en", None, "de", ""], [("en", 1), (None, 2), ("de", 1), ("", 1)], 2
wrong = ["en", "", "de", ""], [("en", 1), ("", 2), ("de", 1), ("", 1)], 2
as_seen = list(seen.values()) == [right, wrong, wrong, right]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
