#!/usr/bin/env bash
# polars 2.1.0: read_ndjson reads "cut \ud83d" (half of a surrogate pair) as "cut " and the character U+0000.
#
# Expected: an error, as orjson, msgspec, pyarrow and duckdb give, or U+FFFD; Python's json keeps the half as it is.
# Seen: a high half becomes U+0000, without a word, in the middle of a text too. daft 0.6.14, which has the same parser, does so
#   as well, and so does polars' str.json_decode.
# Why it matters: Python's json.dumps writes such escapes for strings that were cut between the halves (by JavaScript, or by
#   UTF-16 lengths). A NUL ends the text in libraries of C, PostgreSQL refuses it, and a tokenizer learns it as a token.
# Way round: look for "\ud8" to "\udb" without a second half before reading, or replace U+0000 afterwards (str.replace_all).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  polars==2.1.0 daft==0.6.14 duckdb==2.0.1 pyarrow==26.0.1 orjson==3.13.0
cd "$folder"
DAFT_PROGRESS_BAR=0 DO_NOT_TRACK=true venv/bin/python - <<'PYTHON'
import json
import sys

import daft
import duckdb
import orjson
import polars
import pyarrow.json

texts = ["cut \ud83d", "a \ud83d b", "whole \U0001f600"]
with open("half.jsonl", "w") as file:
    file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
print("polars", polars.__version__)


def read(how):
    try:
        return how()
    except Exception as error:
        return type(error).__name__


lines = open("half.jsonl", "rb").read().splitlines()
found = {
    "json": read(lambda: [json.loads(line)["text"] for line in lines]),
    "orjson": read(lambda: [orjson.loads(line)["text"] for line in lines]),
    "pyarrow": read(lambda: pyarrow.json.read_json("half.jsonl")["text"].to_pylist()),
    "duckdb": read(lambda: duckdb.sql("from 'half.jsonl'").fetchall()),
    "polars": read(lambda: polars.read_ndjson("half.jsonl")["text"].to_list()),
    "daft": read(lambda: daft.read_json("half.jsonl").to_pydict()["text"]),
}
for reader, what in found.items():
    print(f"{reader}: {ascii(what)}")
nul = ["cut \0", "a \0 b", "whole \U0001f600"]
others = all(isinstance(found[reader], str) for reader in ("orjson", "pyarrow", "duckdb"))
as_seen = found["polars"] == nul and found["daft"] == nul and found["json"] == texts and others
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
