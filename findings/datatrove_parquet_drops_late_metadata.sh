#!/usr/bin/env bash
# datatrove 0.10.1: ParquetWriter(expand_metadata=True) leaves out metadata that the first document of a file does not have, and
# lets metadata called "text" or "id" take the place of the document's.
#
# Expected: a column for each key, null where a document lacks it, as JsonlWriter keeps them; or the ValueError that the same
#   documents give without expand_metadata.
# Seen: the columns are those of the first document; a "license" that begins with the second is gone from the file, without
#   a word. With the license first, all is there. A key "text" in the metadata (of an annotation, say) replaces the text, by
#   JsonlWriter(expand_metadata=True) too.
# Why it matters: metadata differ between sources and pages, and which document is first depends on the shard: some files have the
#   license column and others not. HuggingFaceDatasetWriter expands metadata by default.
# Way round: an adapter that gives every document all keys, in the same order; or schema=.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datatrove==0.10.1 pyarrow==26.0.1 orjson==3.13.0
cd "$folder"
HF_HOME="$folder/hf" venv/bin/python 2>/dev/null - <<'PYTHON'
import gzip
import json
import sys
from glob import glob
from importlib.metadata import version

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

print("datatrove", version("datatrove"), "pyarrow", version("pyarrow"))


def written(writer, name, metadata, **options):
    """What is in the file that a writer makes of three documents."""
    documents = [Document(text=f"text {n}", id=f"id-{n}", metadata=dict(each)) for n, each in enumerate(metadata)]
    for _ in writer(name, **options).run(iter(documents), 0, 1):
        pass
    (path,) = glob(f"{name}/*")
    if path.endswith(".parquet"):
        return pq.read_table(path).to_pylist()
    return [json.loads(line) for line in gzip.open(path, "rt")]


LATE = [{"source": "a"}, {"source": "b", "license": "CC-BY-4.0"}, {"source": "c", "license": "CC0"}]
NAMED = [{"text": "a note", "id": "other"}] * 3
late = written(ParquetWriter, "late", LATE, expand_metadata=True)
first = written(ParquetWriter, "first", LATE[::-1], expand_metadata=True)
try:
    nested = written(ParquetWriter, "nested", LATE)
except ValueError as error:
    nested = str(error).splitlines()[0]
lines = written(JsonlWriter, "lines", LATE, expand_metadata=True)
named = written(ParquetWriter, "named", NAMED, expand_metadata=True)
named_lines = written(JsonlWriter, "named_lines", NAMED, expand_metadata=True)
print("the license begins with the second document:", late)
print("with the first:                             ", first)
print("not expanded:                               ", nested)
print("JsonlWriter, expanded:                      ", lines)
print("metadata called text and id:                ", named[0], named_lines[0])
as_seen = all("license" not in row for row in late) and [row["license"] for row in first] == ["CC0", "CC-BY-4.0", None]
as_seen = as_seen and isinstance(nested, str) and lines[1]["license"] == "CC-BY-4.0"
as_seen = as_seen and named[0]["text"] == named_lines[0]["text"] == "a note" and named[0]["id"] == "other"
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
