"""What every reader gives for a small file, one reviewable file each in tests/golden/readers; as test_operators.py.

`bytes` holds the file, a character a byte (Latin-1). A new reader starts with `params` and `bytes`, written by hand.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from tests.contract.files import answer, arc_records, gz, parquet_file, read, reader_of, warc_record, wet_records

FOLDER = Path(__file__).parent / "readers"
REWRITE = os.environ.get("CORPUSMILL_REWRITE_GOLDEN") == "1"
NAMES = tuple(n for n in load.names() if issubclass(load.find(n), Reader))

FIELDS = {"WARC_Target_URI": "http://example.com/a", "WARC_Date": "2024-05-18T01:58:10.5Z", "WARC_Record_ID": "<urn:1>"}
PAGES = (
    warc_record("warcinfo", b"software: test\r\n"),
    warc_record("response", answer(b"6\r\n<p>abc\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), **FIELDS),
    warc_record("response", answer(b"6\r\n<p>abc\r\n", b"Transfer-Encoding: chunked"), **FIELDS),
    warc_record("response", answer(b"gone", status=b"404 Not Found"), **FIELDS),
    b"rubbish\r\n",
    warc_record("response", answer("<p>Größe".encode("latin-1")), **FIELDS),
)
LINES = (
    '{"text": "Größe", "meta": {"url": "http://e/1"}, "id": 7, "when": "2024-05-18", "licence": ["x"]}\n',
    '{"text": null}\n\n[1]\n{"text": "cut off\n',
    '{"text": "no line end", "id": true, "when": "soon"}',
)
MAPPED = {"url": "meta.url", "source_id": "id", "date": "when", "columns": {"licence": "licence"}}
FILES: dict[str, tuple[dict[str, Any], bytes]] = {
    "readers.warc": ({}, b"".join(PAGES)),
    "readers.wet": ({}, b"".join(map(gz, [*wet_records(3), warc_record("conversion", b"Gr\xf6\xdfe")]))),
    "readers.arc": ({}, b"".join(arc_records(2))),
    "readers.jsonl": (MAPPED, "".join(LINES).encode() + b'\n{"text": "\xff"}\n'),
    "readers.parquet": ({"source_id": "id"}, parquet_file(5, 2)),
    "readers.html": ({}, "<html><meta charset=latin1><p>Größe".encode("latin-1")),
    "readers.plain": ({"unit": "paragraph"}, b"\xef\xbb\xbfone\r\ntwo\n\n\nthr\xffe\n\nfour\n"),
}


def as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_gives_what_it_gave(name):
    path = FOLDER / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    if before:
        params, data = before["params"], before["bytes"].encode("latin-1")
    else:
        params, data = FILES[name]
    reader = reader_of(name, params)
    rows = [{column: as_json(value) for column, value in row.items()} for row in read(reader, data)]
    now = {"version": reader.version, "params": params, "bytes": data.decode("latin-1"), "gives": rows}
    if REWRITE:
        same = before is None or "gives" not in before or before["gives"] == rows or before["version"] < reader.version
        assert same, f"{name} gives something else: raise its version"
        path.write_text(json.dumps(now, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        before = now
    assert before is not None, f"no golden file of {name}: run `make golden` and review {path.name}"
    assert rows == before["gives"]
    assert reader.version == before["version"], "run `make golden`"


def test_no_golden_file_remains_of_a_reader_that_no_longer_exists():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NAMES)
