"""Each row of a Parquet file counts as one, whatever stands against reading it."""

import io
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract.files import read, reader_of


def stored(table: pa.Table, **settings: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **settings)  # pyright: ignore[reportArgumentType]
    return out.getvalue()


def rows_of(data: bytes, **params: object) -> list[dict[str, object]]:
    """The rows that are documents or failed; their bytes and those of the others must add up to the file."""
    rows = read(reader_of("readers.parquet", params), data)
    assert sum(row["length"] for row in rows) == len(data)
    return [row for row in rows if row["skipped"] is None]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"content": ["a"] * 50}, "missing_field: the file has no column 'text', only content"),
        ({"text": list(range(50))}, "text_not_a_string: column 'text' is int64"),
        ({"text": [["a"]] * 50}, "text_not_a_string: column 'text' is list<element: string>"),
        ({"text": pa.array([b"ab"] * 50, pa.binary(2))}, "text_not_a_string: column 'text' is fixed_size_binary[2]"),
    ],
)
def test_each_row_of_a_file_without_text_is_a_failed_one(column, expected):
    rows = rows_of(stored(pa.table(column), row_group_size=20))
    assert [(row["failure"], row["text"]) for row in rows] == [(expected, None)] * 50
    assert [row["offset"] for row in rows] == list(range(50))


@pytest.mark.parametrize("dtype", [pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.binary())])
def test_bytes_in_utf8_are_text(dtype):
    values = pa.array(["größe".encode(), None, b"\xff", b""], pa.binary())
    values = values.dictionary_encode() if pa.types.is_dictionary(dtype) else values.cast(dtype)
    rows = rows_of(stored(pa.table({"text": values})))
    assert [(row["text"], row["failure"]) for row in rows] == [
        ("größe", None),
        (None, "missing_field: text"),
        (None, "invalid_utf8"),
        ("", None),
    ]


def test_bytes_in_other_columns_are_strings_and_those_of_a_fixed_length_digits():
    table = pa.table(
        {
            "text": ["a", "b"],
            "u": pa.array([b"http://e/\xc3\xa9", b"\xff"]),
            "id": pa.array([b"\x01\xff", None], pa.binary(2)),
        }
    )
    rows = rows_of(stored(table), url="u", source_id="id")
    assert [(row["url"], row["source_id"]) for row in rows] == [("http://e/é", "01ff"), (None, None)]


def test_a_damaged_row_group_is_as_many_failed_rows_as_it_has():
    table = pa.table({"text": [f"{n} {'x' * (n % 7)}" for n in range(3000)]})
    data = bytearray(stored(table, row_group_size=1000, compression="zstd", use_dictionary=False))
    at = pq.read_metadata(io.BytesIO(bytes(data))).row_group(1).column(0).data_page_offset
    data[at : at + 200] = b"\xff" * 200
    rows = rows_of(bytes(data))
    assert Counter(str(row["failure"]).partition(":")[0] for row in rows) == {"None": 2000, "bad_row_group": 1000}
    assert [row["offset"] for row in rows] == list(range(3000))


def test_a_file_without_metadata_is_one_failed_row_of_all_its_bytes():
    data = stored(pa.table({"text": ["a"] * 50}))[:-20]
    (row,) = rows_of(data)
    assert str(row["failure"]).startswith("bad_parquet")
    assert row["length"] == len(data)
