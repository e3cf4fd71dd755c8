"""Dates as data sets write them, as seconds UTC: ISO 8601, RFC 1123, CDX digits, seconds and milliseconds since 1970.

Source: ISO 8601 as RFC 3339 and RFC 9557 profile it; RFC 9110, section 5.6.7 (RFC 1123, RFC 850, asctime); RFC 2822,
        section 3.3; the 14 digits of CDX files, https://iipc.github.io/warc-specifications/ (cdx-format).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.text.calendar import Instants, Times, seconds_from, seconds_of_fields

SECONDS = pa.timestamp("s", "UTC")

_TIME = r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
_ZONE = (
    r"(?P<z>[Zz]|UTC|utc|UT|GMT|[ECMPecmp][SDsd][Tt]|[+-]\d{2}(?::?\d{2})?)?(?:\s+(?:UTC|GMT)|\s*\([^)]*\)|\[[^\]]*\])?"
)
_DAY = r"(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*\.?,?\s*)?"
_MONTH = r"(?P<mon>(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
# Tried in this order; each reads what the ones before it do not.
FORMS = (
    rf"^(?P<y>\d{{4}})[-/.](?P<mo>\d{{1,2}})(?:[-/.](?P<d>\d{{1,2}})(?:(?:[Tt]|\s+){_TIME}\s*{_ZONE})?)?$",
    rf"^(?P<y>\d{{4}})-?(?P<mo>\d{{2}})-?(?P<d>\d{{2}})[Tt\s]?(?P<h>\d{{2}}):?(?P<mi>\d{{2}}):?(?P<s>\d{{2}})?(?:[.,]\d+)?\s*{_ZONE}$",
    rf"^{_DAY}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-\s]{_MONTH}[-,\s]\s*(?P<y>\d{{4}}|\d{{2}})(?:,?\s+{_TIME}\s*{_ZONE})?$",
    rf"^{_DAY}{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?:,?\s+{_TIME}\s*{_ZONE})?$",
    rf"^{_DAY}{_MONTH}\s+(?P<d>\d{{1,2}})\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<y>\d{{4}})$",
    rf"^{_MONTH},?\s+(?P<y>\d{{4}})$",
)
WEEK = r"^\d{4}-?W\d{2}"
NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
DIGITS = r"^[+-]?\d{1,18}$|^[+-]?[0-8]\d{18}$"  # what surely fits 64 bits
FIRST, LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999, in seconds since 1970


@dataclass(frozen=True)
class DigitForm:
    """Digits that are a date where their year is one of `years`: n // unit * times + add is YYYYMMDDhhmmss."""

    digits: int
    years: tuple[int, int]
    times: int = 1
    add: int = 0
    unit: int = 1


# 6 and 12 digits could also be a count since 1970: only the years of the Web and of its texts are taken as dates.
DIGIT_FORMS = (
    DigitForm(4, (1000, 2999), 10**10, 101_000_000),
    DigitForm(6, (1900, 2100), 10**8, 1_000_000),
    DigitForm(8, (1000, 2999), 10**6),
    DigitForm(12, (1900, 2100), 10**2),
    DigitForm(14, (1000, 9999)),
    DigitForm(17, (1000, 9999), unit=1000),
)


@dataclass(frozen=True)
class Dates:
    """seconds: timestamp[s, UTC], null where there is no date. unread: bool[n], where something stands that is none."""

    seconds: pa.Array
    unread: np.ndarray


def dates_of(texts: pa.Array) -> Dates:
    """Dates and instants, as texts. A time without zone is UTC, a date its midnight, a month or year its first day.

    Digits alone are a date where they are one (20240102030405, 20240102, 2024), else a count since 1970, of the unit
    that gives the years 1973 to 5138: seconds up to 11 digits, then ms, from 15 digits us, from 18 ns. Fractions of a
    second are cut off. A date that two countries would read differently (02/01/2024) is none. Blank text is no date.

    >>> dates_of(pa.array(["2024-01-02T03:04:05+02:00", "1704164645", "soon"])).seconds.cast(pa.int64()).to_pylist()
    [1704157445, 1704164645, None]
    """
    texts = pc.replace_substring(pc.utf8_trim_whitespace(texts.cast(pa.string())), "\u2212", "-")
    written = pc.and_(texts.is_valid(), pc.not_equal(texts, "")).fill_null(False).to_numpy(zero_copy_only=False)
    seconds, found = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)

    def take(rows: np.ndarray, instants: Instants) -> None:
        seconds[rows[instants.exist]], found[rows[instants.exist]] = instants.seconds[instants.exist], True

    numeric = pc.match_substring_regex(texts, NUMBER).fill_null(False).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(numeric)
    if len(rows):
        take(rows, seconds_of_numerals(texts.take(pa.array(rows))))
    for form in FORMS:
        rows = np.flatnonzero(written & ~numeric & ~found)
        if not len(rows):
            break
        fields = pc.extract_regex(texts.take(pa.array(rows)), form)
        fits = np.flatnonzero(fields.is_valid().to_numpy(zero_copy_only=False))
        if len(fits):
            fields = fields.take(pa.array(fits))
            take(rows[fits], seconds_of_fields({f.name: pc.struct_field(fields, f.name) for f in fields.type}))
    weeks = pc.match_substring_regex(texts, WEEK).fill_null(False).to_numpy(zero_copy_only=False)
    rest = np.flatnonzero(weeks & ~found)
    if len(rest):  # each different text once
        coded = texts.take(pa.array(rest)).dictionary_encode()
        told = np.array([_by_the_library(text) for text in coded.dictionary.to_pylist()])[coded.indices.to_numpy()]
        take(rest, Instants(told, told >= FIRST))
    found &= (seconds >= FIRST) & (seconds <= LAST)
    return Dates(pa.array(seconds, pa.int64(), mask=~found).cast(SECONDS), written & ~found)


def seconds_of_numerals(texts: pa.Array) -> Instants:
    """The instants of numbers as texts; fractions and exponents are understood."""
    whole = pc.match_substring_regex(texts, DIGITS).to_numpy(zero_copy_only=False)
    digits = pc.if_else(pa.array(whole), pc.utf8_ltrim(texts, "+"), "0").cast(pa.int64()).to_numpy()
    others = pc.if_else(pa.array(whole), "0", pc.utf8_ltrim(texts, "+")).cast(pa.float64()).to_numpy()
    held = np.abs(others) < 9.2e18
    values = np.where(whole, digits, np.floor(np.where(held, others, 0)).astype(np.int64))
    told = seconds_of_numbers(values)
    return Instants(told.seconds, told.exist & (whole | held))


def seconds_of_numbers(n: np.ndarray) -> Instants:
    """The instants of whole numbers (int64[n]); see `dates_of`.

    >>> seconds_of_numbers(np.array([1704164645, 1704164645123, 20240102030405, 99])).seconds.tolist()
    [1704164645, 1704164645, 1704164645, 99]
    """
    size = np.abs(n)
    per_s = np.select([size < 10**11, size < 10**14, size < 10**17], [1, 10**3, 10**6], 10**9)
    seconds, exist = n // per_s, ~((size >= 10**13) & (size < 10**14)) & ~((size >= 10**16) & (size < 10**17))
    for form in DIGIT_FORMS:
        rows = np.flatnonzero((n >= 10 ** (form.digits - 1)) & (n < 10**form.digits))
        if len(rows):
            left = n[rows] // form.unit * form.times + form.add  # as 14 digits
            year, month, day, hour, minute, second = (left // 10**10, *(left // 10**p % 100 for p in (8, 6, 4, 2, 0)))
            told = seconds_from(year, month, day, Times(hour, minute, second, np.zeros(len(rows), np.int64)))
            valid = told.exist & (year >= form.years[0]) & (year <= form.years[1])
            seconds[rows[valid]], exist[rows[valid]] = told.seconds[valid], True
    return Instants(seconds, exist)


def _by_the_library(text: str) -> int:
    """What `datetime` makes of a text, in seconds since 1970; below FIRST when nothing."""
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() // 1)
    except (ValueError, OverflowError):
        return FIRST - 1
