#!/usr/bin/env bash
# mlcroissant 1.1.1: in a Parquet column with a null, whole numbers above 2^53 come out as other whole numbers.
#
# Expected: records have the numbers of the file, as pyarrow reads them; at worst a float, which would be a sign.
# Seen: of [9007199254740993, 5, null] the first is 9007199254740992, and it is an int. Without the null it is right, and
#   in a list beside a null too. The column goes through floats on its way and is made whole numbers again.
# Why it matters: ids of documents, hashes of texts and fingerprints have 64 bits. One row without an id changes the ids
#   of the others, and nothing is found any more where they are looked up.
# Way round: keep ids as text in what Croissant describes, or write no nulls into such a column.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlcroissant==1.1.1 pandas==3.1.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PYTHON' 2>errors.txt || { code=$?; cat errors.txt; exit $code; }
import hashlib
import json
import sys
from importlib.metadata import version

import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq

print("mlcroissant", version("mlcroissant"), "pandas", version("pandas"))
ID = 2**53 + 1
TERMS = ("column", "extract", "field", "fileObject", "recordSet", "repeated", "source")
CONTEXT = {"@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/"}
CONTEXT |= {"cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo"}
CONTEXT |= {term: f"cr:{term}" for term in TERMS} | {"dataType": {"@id": "cr:dataType", "@type": "@vocab"}}


def records(name, table):
    pq.write_table(table, f"{name}.parquet")
    fields = [
        {"@type": "cr:Field", "@id": f"rows/{column}", "name": column, "dataType": "sc:Integer",
         "source": {"fileObject": {"@id": "file"}, "extract": {"column": column}}}
        | ({"repeated": True} if pa.types.is_list(table[column].type) else {})
        for column in table.column_names
    ]
    file = {"@type": "cr:FileObject", "@id": "file", "name": "file", "contentUrl": f"{name}.parquet",
            "encodingFormat": "application/x-parquet",
            "sha256": hashlib.sha256(open(f"{name}.parquet", "rb").read()).hexdigest()}
    told = {"@context": CONTEXT, "@type": "sc:Dataset", "name": name, "license": "MIT", "url": "https://example.org",
            "conformsTo": "http://mlcommons.org/croissant/1.0", "distribution": [file],
            "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}]}
    json.dump(told, open(f"{name}.json", "w"))
    return list(mlcroissant.Dataset(jsonld=f"{name}.json").records("rows"))


whole = records("whole", pa.table({"id": pa.array([ID, 5, 7])}))
holes = records("holes", pa.table({"id": pa.array([ID, 5, None]), "ids": pa.array([[ID], [5], None])}))
print("in the files:              ", ID)
print("read, no null in the column:", whole[0]["rows/id"])
print("read, a null in the column: ", holes[0]["rows/id"], type(holes[0]["rows/id"]).__name__)
print("read, in a list:            ", holes[0]["rows/ids"])
print("pyarrow, a null in it:      ", pq.read_table("holes.parquet")["id"][0].as_py())
as_seen = (
    whole[0]["rows/id"] == ID
    and holes[0]["rows/id"] == ID - 1
    and isinstance(holes[0]["rows/id"], int)
    and list(holes[0]["rows/ids"]) == [ID]
    and pq.read_table("holes.parquet")["id"][0].as_py() == ID
)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
