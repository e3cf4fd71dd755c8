"""Reads WARC-Date values, of any precision and offset, as seconds UTC.

Source:   ISO 28500:2017 (WARC 1.1), section 5.4: a profile of ISO 8601, from years to fractions of a second, in UTC.
Deviates: an offset that is not Z is taken off, and one may be missing; the basic form (20240102030405) is read, too.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT
from corpusmill.operators.readers.framing.fields import SECONDS
from corpusmill.operators.text.buffers import views

USUAL = b"0000-00-00T00:00:00Z"
IS_DIGIT = np.array([byte == ord("0") for byte in USUAL])
PLACES = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16), "second": (17, 19)}
DATE = r"(?P<year>\d{4})(?:-?(?P<month>\d\d)(?:-?(?P<day>\d\d)"
TIME = r"(?:[Tt ]?(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?)?"
OFFSET = r" ?(?P<offset>[Zz]|UTC|GMT|(?P<sign>[+-])(?P<off_hour>\d\d)(?::?(?P<off_minute>\d\d))?)?"
ANY = rf"^\s*{DATE}{TIME}{OFFSET})?)?)?\s*$"
NUMBERS = ("year", "month", "day", "hour", "minute", "second", "off_hour", "off_minute")
FIRST = {"month": 1, "day": 1}  # of what a coarse date leaves out; of the rest it is 0
DAY_SECONDS = 86_400
NOTHING = np.iinfo(np.int64).min  # in place of seconds: there is no such day or time


def warc_instants(values: Sequence[bytes | None]) -> pa.Array:
    """WARC-Date values to whole seconds UTC, null where there is none to be read; see `seconds_of`.

    >>> warc_instants([b"2024-01-02T03:04:05+02:00", b"2024-01", b"yesterday", None]).cast(pa.int64()).to_pylist()
    [1704157445, 1704067200, None, None]
    """
    texts = [value.decode("ascii", "replace") if value else None for value in values]
    return seconds_of(pa.array(texts, pa.string()))


def seconds_of(values: pa.Array) -> pa.Array:
    """Dates of any precision, of a string column, to seconds UTC: the start of the period, fractions cut off.

    Null where the value is anything else, or a day or time that does not exist.
    """
    seconds = np.full(len(values), NOTHING)
    long = pc.equal(pc.binary_length(values), len(USUAL)).fill_null(False)
    chars = _characters(values.filter(long), len(USUAL))
    usual = np.where(IS_DIGIT, (chars >= ord("0")) & (chars <= ord("9")), chars == np.frombuffer(USUAL, np.uint8))
    usual = usual.all(axis=1)
    rows = np.flatnonzero(long)[usual]
    seconds[rows] = _seconds({name: _decimal(chars[usual, begin:end]) for name, (begin, end) in PLACES.items()})
    others = values.is_valid().to_numpy(zero_copy_only=False)
    others[rows] = False
    if others.any():
        seconds[others] = _of_any_form(values.filter(pa.array(others)))
    return pa.array(seconds, pa.int64(), mask=seconds == NOTHING).cast(SECONDS)


def _of_any_form(values: pa.Array) -> np.ndarray:
    parts = pc.extract_regex(values, ANY)
    number = {name: _number(pc.struct_field(parts, name), FIRST.get(name, 0)) for name in NUMBERS}
    seconds = _seconds(number)
    read = parts.is_valid().to_numpy(zero_copy_only=False) & (seconds != NOTHING)
    read &= (number["off_hour"] < 24) & (number["off_minute"] < 60)
    ahead = number["off_hour"] * 3600 + number["off_minute"] * 60
    behind = pc.equal(pc.struct_field(parts, "sign"), "-").fill_null(False).to_numpy(zero_copy_only=False)
    return np.where(read, seconds - np.where(behind, -ahead, ahead), NOTHING)


def _seconds(number: Mapping[str, np.ndarray]) -> np.ndarray:
    """Seconds since 1970 of days and times, NOTHING where there is no such day or time."""
    year, month, day = number["year"], number["month"], number["day"]
    read = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = (year - 1970) * 12 + np.where(read, month, 1) - 1
    first, after = (m.astype("M8[M]").astype("M8[D]").astype(np.int64) for m in (months, months + 1))
    read &= day <= after - first
    hour, minute, second = number["hour"], number["minute"], number["second"]
    # ISO 8601 has midnight at the end of a day, too, and leap seconds.
    read &= (hour < 24) & (minute < 60) & (second <= 60) | (hour == 24) & (minute == 0) & (second == 0)
    return np.where(read, (first + day - 1) * DAY_SECONDS + hour * 3600 + minute * 60 + second, NOTHING)


def _characters(texts: pa.Array, length: int) -> np.ndarray:
    """uint8[n, length] of a string column whose n values are all of that length."""
    data, offsets = views(texts.cast(TEXT))
    return data[offsets[0] : offsets[0] + len(texts) * length].reshape(-1, length)


def _decimal(digits: np.ndarray) -> np.ndarray:
    """int64 by row of digits, a column each."""
    number = np.zeros(len(digits), np.int64)
    for column in digits.T:
        number = number * 10 + column - ord("0")
    return number


def _number(digits: pa.Array, missing: int) -> np.ndarray:
    """int64 of a column of digits; `missing` where there are none."""
    found = pc.if_else(pc.equal(digits, ""), None, digits).cast(pa.int64())
    return found.fill_null(missing).to_numpy(zero_copy_only=False)
