"""Dates as data sets write them, each form with the instant it means; what is no date is null and counted."""

import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.operators.text.dates import dates_of
from tests.contract.files import read, reader_of

INSTANT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
SAME = [
    "1704164645",
    "1704164645.9",
    "1.704164645e9",
    "1704164645123",
    "1704164645123456",
    "1704164645123456789",
    "20240102030405",
    "20240102030405.0",
    "20240102030405123",
    "20240102T030405Z",
    "20240102T050405+0200",
    "2024-01-02T03:04:05",
    "2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05.678901234Z",
    "2024-01-02t03:04:05z",
    "2024-01-02T05:04:05+02:00",
    "2024-01-02T05:04:05+02:00[Europe/Berlin]",
    "2024-01-01T21:34:05-0530",
    "2024-01-02T05:04:05+02",
    "2024-01-02 03:04:05 UTC",
    "2024-01-02 03:04:05 +0000 UTC",
    "2024/01/02 03:04:05",
    " 2024-01-02 03:04:05 ",
    "Tue, 02 Jan 2024 03:04:05 GMT",
    "Tue, 2 Jan 2024 05:04:05 +0200",
    "Mon, 01 Jan 2024 22:04:05 EST",
    "Tue, 02 Jan 2024 03:04:05 +0000 (UTC)",
    "Tuesday, 02-Jan-24 03:04:05 GMT",
    "Tue Jan  2 03:04:05 2024",
    "Tue Jan 02 03:04:05 +0000 2024",
    "2024-01-02 3:04:05 AM",
    "Jan 2, 2024 03:04:05 a.m.",
    "January 1st, 2024, 10:04:05 PM EST",
    "1/2".join(["2024/", " 3:04:05"]),
    "2024.01.02 03:04:05",
    "2024-01-02T030405Z",
    "20240102030405.123Z",
    "2024-01-02T01:04:05\u221202:00",
    "2nd January 2024 03:04:05",
]


@pytest.mark.parametrize("text", SAME)
def test_one_instant_in_every_form(text):
    found = dates_of(pa.array([text]))
    assert (found.seconds.to_pylist(), found.unread.tolist()) == ([INSTANT], [False])


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("2024-01-02", (2024, 1, 2)),
        ("20240102", (2024, 1, 2)),
        ("2 January 2024", (2024, 1, 2)),
        ("January 2, 2024", (2024, 1, 2)),
        ("2024-W01-2", (2024, 1, 2)),
        ("2024-02", (2024, 2, 1)),
        ("202402", (2024, 2, 1)),
        ("Feb 2024", (2024, 2, 1)),
        ("February, 2024", (2024, 2, 1)),
        ("2024.01.02", (2024, 1, 2)),
        ("Jan 2, 2024 12:30 AM", (2024, 1, 2, 0, 30)),
        ("Jan 2, 2024 12:30 PM", (2024, 1, 2, 12, 30)),
        ("-1704164645000", (1915, 12, 31, 20, 55, 55)),
        ("2024", (2024, 1, 1)),
        ("2024-01-02T24:00:00", (2024, 1, 3)),
        ("2016-12-31T23:59:60Z", (2017, 1, 1)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("202401020304", (2024, 1, 2, 3, 4)),
        ("1969-12-31T23:59:59.5Z", (1969, 12, 31, 23, 59, 59)),
        ("-1.5", (1969, 12, 31, 23, 59, 58)),
        ("0", (1970, 1, 1)),
    ],
)
def test_a_date_is_where_it_begins(text, fields):
    assert dates_of(pa.array([text])).seconds.to_pylist() == [datetime(*fields, tzinfo=UTC)]


NONE = ["soon", "02/01/2024", "2023-02-29", "2024-13-01", "99999999999999", "20241301000000", "1e300", "true"]
NONE += [
    "2024-01-02T25:00:00",
    "2024-01-02T03:04:05+02:75",
    "99999999999999999999",
    "0000-00-00",
    "0001-01-01T00:00+05",
    "Jan 2, 2024 13:30 PM",
    "Jan 2, 2024 0:30 AM",
    "02.01.2024",
    "May 2024 3",
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_date_is_null_and_is_marked(text):
    found = dates_of(pa.array([text]))
    assert (found.seconds.to_pylist(), found.unread.tolist()) == ([None], [True])


def test_nothing_is_no_date_and_nothing_that_could_not_be_read():
    found = dates_of(pa.array(["", " ", None]))
    assert (found.seconds.null_count, found.unread.tolist()) == (3, [False] * 3)


def test_a_column_is_read_as_its_rows_are():
    texts = [*SAME, *NONE, None, ""]
    whole = dates_of(pa.array(texts))
    assert whole.seconds.to_pylist() == [dates_of(pa.array([t], pa.string())).seconds.to_pylist()[0] for t in texts]
    assert whole.unread.tolist() == [text in NONE for text in texts]


NUMBERS = [1704164645, 1704164645123, 20240102030405, 1704164645.5]


def test_json_lines():
    values = [*NUMBERS, "1704164645", "2024-01-02T03:04:05Z", "soon", None, True]
    data = "\n".join(json.dumps({"text": "a", "when": value}) for value in values).encode()
    rows = read(reader_of("readers.jsonl", {"date": "when"}), data)
    assert [row["fetched_at_utc"] for row in rows] == [INSTANT] * 6 + [None] * 3
    assert [row["unread_fields"] for row in rows] == [None] * 6 + ["fetched_at_utc=soon", None, "fetched_at_utc=true"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1704164645, None]),
        pa.array([1704164645123, None]),
        pa.array([20240102030405, None]),
        pa.array([1704164645.0, float("nan")]),
        pa.array([20240102030405.0, None]),
        pa.array(["Tue, 02 Jan 2024 03:04:05 GMT", None]),
        pa.array(["1704164645", ""]),
        pa.array([INSTANT, None], pa.timestamp("ns", "Asia/Kolkata")),
        pa.array([INSTANT.replace(tzinfo=None), None], pa.timestamp("us")),
    ],
    ids=lambda column: f"{column.type} {column[0]}",
)
def test_parquet(column):
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"], "when": column}), out)
    rows = read(reader_of("readers.parquet", {"date": "when"}), out.getvalue())
    assert [(r["fetched_at_utc"], r["unread_fields"]) for r in rows if not r["skipped"]] == [
        (INSTANT, None),
        (None, None),
    ]
