#!/usr/bin/env bash
# pyarrow 26.0.1: 0.0 and -0.0 are equal to `equal`, and two values to `group_by`, `unique`, `is_in` and `join`.
#
# Expected: SQL and IEEE 754 hold them for one value. duckdb 2.0.1 and pandas 3.1.1 put them into one group, and pyarrow's
#   own pc.equal and `filter` say that they are the same.
# Seen: group_by and unique give a group for each, is_in does not find one by the other, and a join drops the row.
# Why it matters: scores of corpora hold both. A log ratio, a rounded difference or `-1 * score` gives -0.0 where another
#   file has 0.0; counts by score have a second line for "0", and a join or a block list over such a column loses rows,
#   while a filter on `== 0` shows them all.
# Way round: add 0.0 to the column first (-0.0 + 0.0 is 0.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyarrow==26.0.1 duckdb==2.0.1 pandas==3.1.1
"$folder/venv/bin/python" - <<'PY'
import sys

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

print("pyarrow", pa.__version__, "duckdb", duckdb.__version__, "pandas", pd.__version__)
table = pa.table({"score": [0.0, -0.0, 0.5], "documents": [3, 4, 5]})
other = pa.table({"score": [0.0], "label": ["none"]})
seen = {
    "rows equal to 0": table.filter(pc.equal(table["score"], 0.0)).num_rows,
    "groups": table.group_by("score").aggregate([("documents", "sum")]).num_rows,
    "unique": len(pc.unique(table["score"])),
    "found by is_in": pc.sum(pc.is_in(table["score"], value_set=pa.array([0.0]))).as_py(),
    "rows of an inner join": table.join(other, "score", join_type="inner").num_rows,
    "groups after + 0.0": len(pc.unique(pc.add(table["score"], 0.0))),
}
peers = {
    "duckdb groups": len(duckdb.from_arrow(table).aggregate("score, sum(documents)", "score").fetchall()),
    "pandas groups": len(table.to_pandas().groupby("score").sum()),
}
for name, n in {**seen, **peers}.items():
    print(f"{name}: {n}")
expected = {"rows equal to 0": 2, "groups": 3, "unique": 3, "found by is_in": 1, "rows of an inner join": 1}
changed = seen != {**expected, "groups after + 0.0": 2} or set(peers.values()) != {2}
print("behaviour changed" if changed else "behaviour as described: one number, two groups")
sys.exit(1 if changed else 0)
PY
