#!/usr/bin/env bash
# fsspec 2026.9.0: of a symbolic link to a file, info() tells that it is a file; ls(), find() and glob() that it is not.
#
# Expected: one answer, that of the file behind the link: type "file" and its time of change, as the size is in both.
# Seen: info() follows the link. The listings give type "other", with the mode, inode and time of the link itself, and the
#   size of the file. Links to folders are not descended into, without a word.
# Why it matters: programs list a folder once and keep what has type "file". Snapshots in the cache of the Hugging Face hub
#   consist of links, as do folders that share a large disk: they seem empty. Who goes by time of change and inode does not see
#   that the file behind a link was replaced.
# Way round: where "islink" is true, ask info() again.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fsspec==2026.9.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import os
import pathlib
import sys

import fsspec

print("fsspec", fsspec.__version__)
root = pathlib.Path("data").absolute()
(root / "blobs").mkdir(parents=True)
(root / "snapshot").mkdir()
blob, link = root / "blobs" / "5f3a", root / "snapshot" / "part.parquet"
blob.write_bytes(b"ten bytes.")
os.utime(blob, (1, 1))
link.symlink_to(blob)
(root / "more").symlink_to(root / "snapshot")
fs = fsspec.filesystem("file")
alone = fs.info(str(link))
listed = {
    "ls": fs.ls(str(root / "snapshot"), detail=True)[0],
    "find": fs.find(str(root / "snapshot"), detail=True)[str(link)],
    "glob": fs.glob(f"{root}/snapshot/*", detail=True)[str(link)],
}
print("info:", alone["type"], alone["size"], "bytes, changed at", alone["mtime"])
for name, told in listed.items():
    print(f"{name}:", told["type"], told["size"], "bytes, changed at", round(told["mtime"]))
below = [name for name in fs.find(str(root)) if "/more/" in name]
print("files below a link to a folder:", below)
as_seen = alone["type"] == "file" and alone["mtime"] == 1 and not below
as_seen &= all(told["type"] == "other" and told["size"] == 10 and told["mtime"] != 1 for told in listed.values())
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
