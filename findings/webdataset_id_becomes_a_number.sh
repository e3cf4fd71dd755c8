#!/usr/bin/env bash
# webdataset 1.0.2: decode() turns a member called "id" (or "index", "cls") into an integer: "007" comes back as 7.
#
# Expected: an id is text, as a member called "txt" or "text" is; integers at most for "cls", the class label.
# Seen: .id and .index are parsed by int(); "count" and "score" stay bytes. An id that is no number stops the reading.
# Why it matters: ids with zeros in front no longer match the source, and a set of shards whose first ids are all digits
#   fails at the first one that has a letter.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check webdataset==1.0.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys
import tarfile
import warnings
from importlib.metadata import version

import webdataset as wds

warnings.simplefilter("ignore")
print("webdataset", version("webdataset"))


def read(members):
    with tarfile.open("shard.tar", "w") as out:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))
    sample = next(iter(wds.WebDataset("shard.tar", shardshuffle=False).decode()))
    return {name: value for name, value in sample.items() if not name.startswith("__")}


digits = read({"a.id": b"007", "a.index": b"010", "a.txt": b"007", "a.count": b"3"})
print("written: id 007, index 010, txt 007, count 3; read:", digits)
try:
    letters = read({"b.id": b"doc-7", "b.txt": b"words"})
except Exception as error:
    letters = type(error).__name__
print("id doc-7:", letters)
as_seen = digits == {"id": 7, "index": 10, "txt": "007", "count": b"3"} and letters == "DecodingError"
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
