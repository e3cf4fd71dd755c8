"""A field inside a struct is read by its path, as one inside an object of JSON lines is."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from tests.contract.files import read, reader_of

ROWS = [
    {"body": {"text": "eins"}, "meta": {"u": "http://e/1", "deep": {"n": 5}}, "meta.v": "flat"},
    {"body": {"text": "zwei"}, "meta": None, "meta.v": None},
    {"body": None, "meta": {"u": None, "deep": None}, "meta.v": "x"},
]
PARAMS = {"text": "body.text", "url": "meta.u", "columns": {"n": "meta.deep.n", "v": "meta.v"}}


def stored() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out)
    return out.getvalue()


def test_a_path_reaches_into_structs_and_a_column_of_just_that_name_comes_first():
    rows = [row for row in read(reader_of("readers.parquet", PARAMS), stored()) if row["skipped"] is None]
    assert [(row["text"], row["url"], row["n"], row["v"]) for row in rows] == [
        ("eins", "http://e/1", "5", "flat"),
        ("zwei", None, None, None),
        (None, None, None, None),
    ]
    assert [row["failure"] for row in rows] == [None, None, "missing_field: body.text"]


def test_a_path_to_nothing_is_reported():
    found = read(reader_of("readers.parquet", {**PARAMS, "url": "meta.nothing"}), stored())
    wanted = "missing_field: the file has no column 'meta.nothing', only body.text, meta.u, meta.deep.n, meta.v"
    assert [row["failure"] for row in found if row["failure"]] == [wanted] * len(ROWS)
