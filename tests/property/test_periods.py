"""Periods by whole columns are those of the plain function."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.batch import Batch
from corpusmill.operators.signals.period import BEYOND, FIRST, Length, Period, period, periods

INSTANTS = st.integers(FIRST, BEYOND - 1)


@given(seconds=st.lists(INSTANTS, max_size=20), by=st.sampled_from(Length))
def test_the_column_is_the_plain_function_of_each_instant(seconds, by):
    assert periods(np.array(seconds, np.int64), by).tolist() == [period(s, by) for s in seconds]


def test_a_date_outside_the_calendar_is_none():
    when = pa.array([FIRST - 1, FIRST, BEYOND - 1, BEYOND, None], pa.timestamp("s", "UTC"))
    measured = Period(by=Length.QUARTER).measure(Batch(pa.table({"fetched_at_utc": when})))
    assert measured["period"].to_pylist() == [None, "0001-Q1", "9999-Q4", None, None]


def test_an_unknown_length_is_refused():
    with pytest.raises(ValueError, match="by is one of year, quarter, month, got 'decade'"):
        Period(by="decade")  # pyright: ignore[reportArgumentType]
