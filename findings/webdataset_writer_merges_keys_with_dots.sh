#!/usr/bin/env bash
# webdataset 1.0.2: two documents written by TarWriter under the keys "page.1" and "page.2" are read back as one.
#
# Expected: what TarWriter accepts, WebDataset gives back: two samples. Or an error from the writer.
# Seen: everything after the first dot of a name is taken for the extension, so both have the key "page", and their texts are
#   fields "1.txt" and "2.txt" of one sample. No warning. Keys made of addresses, versions ("v1.0-17") or file names all
#   have dots; where the fields happen to be equal, reading stops with "duplicate file name". Files whose names have no dot
#   are skipped without a word.
# Why it matters: documents vanish from training, for code asks for sample["txt"], and counts of samples are wrong.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check webdataset==1.0.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version

import webdataset as wds

warnings.simplefilter("ignore")
print("webdataset", version("webdataset"))


def through(keys):
    with wds.TarWriter("shard.tar") as out:
        for key in keys:
            out.write({"__key__": key, "txt": f"text of {key}"})
    samples = wds.WebDataset("shard.tar", shardshuffle=False)
    return [{name: value for name, value in sample.items() if name not in ("__url__", "__local_path__")} for sample in samples]


dotted, plain = through(["page.1", "page.2", "page.3"]), through(["page-1", "page-2", "page-3"])
print("keys page-1, page-2, page-3:", len(plain), "samples")
print("keys page.1, page.2, page.3:", len(dotted), "sample:", dotted)
as_seen = len(plain) == 3 and len(dotted) == 1 and dotted[0]["__key__"] == "page" and "txt" not in dotted[0]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
