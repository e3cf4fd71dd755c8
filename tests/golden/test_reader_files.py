"""What every reader gives for a small file, one reviewable file each in tests/golden/readers; as test_operators.py.

`bytes` holds the file, a character a byte (Latin-1). A new reader starts with `params` and `bytes`, written by hand.
`scripts` is a second file with a Chinese, a Thai and an Arabic document; script_files.py writes it once.
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
from tests.golden.script_files import file_of

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


def in_scripts(name: str, before: dict[str, Any]) -> dict[str, Any]:
    """A file with a Chinese, a Thai and an Arabic document."""
    params, data = file_of(name, before)
    return {"params": params, "bytes": data.decode("latin-1")}


def kept(row: dict[str, Any]) -> dict[str, Any]:
    """What a document is, without nulls; pages as text."""
    named = {name: row[name] for name in ("text", "content", "url", "failure") if row.get(name) is not None}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in named.items()}


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
    scripts = before["scripts"] if before and "scripts" in before else in_scripts(name, before or {})
    given = [kept(row) for row in read(reader_of(name, scripts["params"]), scripts["bytes"].encode("latin-1"))]
    now = {
        "version": reader.version,
        "params": params,
        "bytes": data.decode("latin-1"),
        "gives": rows,
        "scripts": {**scripts, "gives": given},
    }
    if REWRITE:
        same = before is None or "gives" not in before or before["gives"] == rows or before["version"] < reader.version
        assert same, f"{name} gives something else: raise its version"
        path.write_text(json.dumps(now, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        before = now
    assert before is not None, f"no golden file of {name}: run `make golden` and review {path.name}"
    assert rows == before["gives"]
    assert given == before["scripts"]["gives"]
    assert reader.version == before["version"], "run `make golden`"


def test_no_golden_file_remains_of_a_reader_that_no_longer_exists():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NAMES)
