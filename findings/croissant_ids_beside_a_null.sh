#!/usr/bin/env bash
# mlcroissant 1.1.1: a whole number above 2^53 changes when another row of its Parquet column is null.
#
# Expected: records() gives the numbers that are in the file; the field is an Integer, Parquet stores int64, one row is null.
# Seen: the file is read through pandas, which makes the column one of floats: 1152921504606846977 comes back as ...976, as an
#   int again, so nothing shows it. The same column without the null is exact.
# Why it matters: ids of documents, hashes and offsets are such numbers, and one row without an id changes those of the others:
#   joins by id then miss, or hit another document.
# Way round: read the Parquet files with pyarrow, or keep ids as strings, or have no null in the column.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlcroissant==1.1.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - 2>/dev/null <<'PYTHON'
import importlib.metadata
import json
import sys

import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq

for name in ("mlcroissant", "pandas", "pyarrow"):
    print(name, importlib.metadata.version(name))
IDS = [2**60 + 1, 2**60 + 3]
CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "dct": "http://purl.org/dc/terms/",
    "cr": "http://mlcommons.org/croissant/", "conformsTo": "dct:conformsTo", "recordSet": "cr:recordSet",
    "field": "cr:field", "source": "cr:source", "extract": "cr:extract", "column": "cr:column", "fileSet": "cr:fileSet",
    "includes": "cr:includes", "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
}


def records(name, ids):
    """What mlcroissant reads of a Parquet file with these ids."""
    pq.write_table(pa.table({"id": pa.array(ids, pa.int64())}), f"{name}.parquet")
    source = {"fileSet": {"@id": "files"}, "extract": {"column": "id"}}
    field = {"@type": "cr:Field", "@id": "rows/id", "name": "id", "dataType": "sc:Integer", "source": source}
    files = {"@type": "cr:FileSet", "@id": "files", "name": "files", "encodingFormat": "application/x-parquet"}
    told = {
        "@context": CONTEXT, "@type": "sc:Dataset", "name": name, "description": name, "license": "MIT",
        "url": "https://example.org", "conformsTo": "http://mlcommons.org/croissant/1.0",
        "distribution": [files | {"includes": f"{name}.parquet"}],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": [field]}],
    }
    with open(f"{name}.json", "w") as out:
        json.dump(told, out)
    return [row["rows/id"] for row in mlcroissant.Dataset(jsonld=f"{name}.json").records("rows")]


whole, with_null = records("whole", IDS), records("with_null", [*IDS, None])
print("in the file       ", IDS)
print("read, no null     ", whole)
print("read, beside null ", with_null)
as_seen = whole == IDS and [int(i) for i in with_null[:2]] != IDS
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
