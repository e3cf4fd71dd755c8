#!/usr/bin/env bash
# fsspec 2026.9.0: open_files("s-?.gz") and open_files("s-[0-9].gz") do not look for files; fs.glob with the same pattern does.
#
# Expected: one idea of a pattern in one library.
# Seen: open_files expands a path only if it holds a "*". "s-[0-9].gz" is then one file of that very name, which fails when
#   it is read, or is made when it is written; "s-[0-9]*.gz" is expanded.
# Why it matters: lists of shards are written with ? and [0-9]; tools that build on open_files report a missing file for a
#   pattern that fs.glob has just shown to match.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fsspec==2026.9.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import os
import sys

import fsspec

print("fsspec", fsspec.__version__)
for number in (1, 2, 10):
    open(f"s-{number}.gz", "wb").close()
local = fsspec.filesystem("file")
seen = {}
for pattern in ("s-?.gz", "s-[0-9].gz", "s-[0-9]*.gz", "s-*.gz"):
    by_glob = sorted(os.path.basename(path) for path in local.glob(pattern))
    opened = sorted(os.path.basename(file.path) for file in fsspec.open_files(pattern))
    seen[pattern] = by_glob == opened
    print(f"{pattern:12} glob {by_glob}, open_files {opened}")
as_seen = list(seen.values()) == [False, False, True, True]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
