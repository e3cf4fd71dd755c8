"""WARC-Date of any precision and offset is the instant that it names, or null."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.readers.framing.warc_dates import seconds_of
from tests.contract.files import answer, gz, read, reader_of, warc_record

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
INSTANTS = {
    "2024-01-02T03:04:05Z": AT,
    "2024-01-02T03:04:05+02:00": AT.replace(hour=1),
    "2024-01-02T03:04:05-08:00": AT.replace(hour=11),
    "2024-01-02T03:04:05+0530": datetime(2024, 1, 1, 21, 34, 5, tzinfo=UTC),
    "2024-01-02T03:04:05+02": AT.replace(hour=1),
    "2024-01-02T03:04:05.678901+02:00": AT.replace(hour=1),
    "2024-01-02T03:04:05.5Z": AT,
    "2024-01-02T03:04:05": AT,
    "2024-01-02 03:04:05Z": AT,
    "2024-01-02t03:04:05z": AT,
    "20240102030405": AT,
    "20240102T030405Z": AT,
    "2024-01-02T03:04Z": AT.replace(second=0),
    "2024-01-02T03:04-01:00": AT.replace(hour=4, second=0),
    "2024-01-02T03Z": AT.replace(minute=0, second=0),
    "2024-01-02": datetime(2024, 1, 2, tzinfo=UTC),
    "2024-02": datetime(2024, 2, 1, tzinfo=UTC),
    "2024": datetime(2024, 1, 1, tzinfo=UTC),
    "2024-02-29T00:00:00Z": datetime(2024, 2, 29, tzinfo=UTC),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1, tzinfo=UTC),
    "2024-01-02T24:00:00Z": datetime(2024, 1, 3, tzinfo=UTC),
}
NONE = ["", "yesterday", "2024-02-30T03:04:05Z", "2023-02-29", "2024-13", "2024-00-10", "2024-01-02T25:04:05Z", "0000",
        "2024-01-02T03:60:05Z", "2024-01-02T03:04:05+99:00", "2024-01-02T03:04:05Z and more", "٢٠٢٤"]  # fmt: skip


def dates(*values: str | None) -> list[datetime | None]:
    return seconds_of(pa.array(values, pa.string())).to_pylist()


@pytest.mark.parametrize("value", INSTANTS)
def test_the_instant_or_the_start_of_the_period(value):
    assert dates(value) == [INSTANTS[value]]


@pytest.mark.parametrize("value", NONE)
def test_what_names_no_instant_is_null(value):
    assert dates(value) == [None]


def test_every_form_keeps_its_place_in_a_column_and_in_a_slice_of_one():
    values = [None, *INSTANTS, *NONE, None]
    expected = [None, *INSTANTS.values(), *[None] * len(NONE), None]
    assert dates(*values) == expected
    assert seconds_of(pa.array(values, pa.string())[3:7]).to_pylist() == expected[3:7]
    assert dates() == []


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)), st.integers(-14 * 60, 14 * 60))
def test_as_the_interpreter_reads_it(when, offset):
    when = when.replace(microsecond=0)
    sign, (hours, minutes) = "-+"[offset >= 0], divmod(abs(offset), 60)
    seconds = (when - datetime(1970, 1, 1)).total_seconds()
    found = seconds_of(pa.array([f"{when.isoformat()}Z", f"{when.isoformat()}{sign}{hours:02}:{minutes:02}"]))
    assert found.cast(pa.int64()).to_pylist() == [seconds, seconds - offset * 60]


@pytest.mark.parametrize("value", INSTANTS)
def test_in_warc_and_in_wet_one_by_one_and_in_a_run(value):
    page = warc_record("response", answer(b"<p>a"), WARC_Date=value)
    (row,) = read(reader_of("readers.warc", {}), page)
    assert row["fetched_at_utc"] == INSTANTS[value]
    text = warc_record("conversion", b"a", WARC_Date=value)
    for data in (text, gz(text)):
        (row,) = read(reader_of("readers.wet", {}), data)
        assert row["fetched_at_utc"] == INSTANTS[value]
