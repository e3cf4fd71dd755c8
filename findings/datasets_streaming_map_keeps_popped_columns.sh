#!/usr/bin/env bash
# datasets 5.2.0: a map function that takes a key out of the row removes the column from a Dataset, and leaves it in an
# IterableDataset.
#
# Expected: the same function has the same effect on both, since code is tried on a small Dataset and then streamed.
# Seen: row.pop("email") in map() drops the column "email" of a Dataset; streamed, the row comes out with "email" as it was.
#   So does a renaming row["text"] = row.pop("raw"): in the stream "raw" stays beside "text".
# Why it matters: a step that takes private or heavy fields out of documents works in the test and does nothing in the run.
# Way round: remove_columns=[...], which both obey.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys

import datasets

datasets.disable_progress_bars()
print("datasets", datasets.__version__)


def without_email(row):
    row.pop("email")
    return row


def renamed(row):
    row["text"] = row.pop("raw")
    return row


def keys(data, step):
    return sorted(next(iter(data.map(step))))


seen = {}
for name, columns, step in (("pop", ["email", "id"], without_email), ("rename", ["raw"], renamed)):
    rows = datasets.Dataset.from_dict({column: ["x"] for column in columns})
    seen[name] = keys(rows, step), keys(rows.to_iterable_dataset(), step)
    print(f"{name}: Dataset gives {seen[name][0]}, IterableDataset gives {seen[name][1]}")
as_seen = seen == {"pop": (["id"], ["email", "id"]), "rename": (["text"], ["raw", "text"])}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
