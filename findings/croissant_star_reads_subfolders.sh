#!/usr/bin/env bash
# mlcroissant 1.1.1: in `includes` of a FileSet a star matches folders too: "*.parquet" reads held_out/data.parquet.
#
# Expected: a glob pattern as shells, pathlib and fsspec have it: a star stays within one folder.
# Seen: patterns go through fnmatch, whose star also takes "/": records of every folder below come with the others, the file of
#   the folder that was meant and those of held-out or older data, without a word.
# Why it matters: a validation split in a folder beside the data becomes training data.
# Way round: patterns that begin with a name that no folder has (part-*.parquet), or one FileObject a file.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlcroissant==1.1.1 pyarrow==26.0.1
mkdir -p "$folder/data"
cd "$folder/data"
../venv/bin/python - 2>/dev/null <<'PYTHON'
import importlib.metadata
import json
import os
import pathlib
import sys

import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq

print("mlcroissant", importlib.metadata.version("mlcroissant"))
os.mkdir("held_out")
pq.write_table(pa.table({"text": ["to train on"]}), "data.parquet")
pq.write_table(pa.table({"text": ["held out"]}), "held_out/data.parquet")
CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "dct": "http://purl.org/dc/terms/",
    "cr": "http://mlcommons.org/croissant/", "conformsTo": "dct:conformsTo", "recordSet": "cr:recordSet",
    "field": "cr:field", "source": "cr:source", "extract": "cr:extract", "column": "cr:column", "fileSet": "cr:fileSet",
    "includes": "cr:includes", "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
}


def texts(pattern):
    """What mlcroissant reads of the files of a pattern."""
    source = {"fileSet": {"@id": "files"}, "extract": {"column": "text"}}
    field = {"@type": "cr:Field", "@id": "rows/text", "name": "text", "dataType": "sc:Text", "source": source}
    files = {"@type": "cr:FileSet", "@id": "files", "name": "files", "encodingFormat": "application/x-parquet"}
    told = {
        "@context": CONTEXT, "@type": "sc:Dataset", "name": "a", "description": "a", "license": "MIT",
        "url": "https://example.org", "conformsTo": "http://mlcommons.org/croissant/1.0",
        "distribution": [files | {"includes": pattern}],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": [field]}],
    }
    with open("croissant.json", "w") as out:
        json.dump(told, out)
    rows = mlcroissant.Dataset(jsonld="croissant.json").records("rows")
    return sorted(row["rows/text"].decode() for row in rows)


star, named = texts("*.parquet"), texts("data.parquet")
print("pathlib's *.parquet     ", sorted(p.as_posix() for p in pathlib.Path().glob("*.parquet")))
print("records of *.parquet    ", star)
print("records of data.parquet ", named)
as_seen = star == ["held out", "to train on"] and named == ["to train on"]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
