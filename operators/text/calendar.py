"""Seconds since 1970 from the fields of a date, for whole columns at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FIRST_YEAR, LAST_YEAR = 1, 9999
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# RFC 822, section 5.1: names of zones beside UTC, in hours.
ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}


@dataclass(frozen=True)
class Times:
    """Times of day and the offsets of their zones in seconds, east above 0; int64[n] each."""

    hour: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    offset_s: np.ndarray


@dataclass(frozen=True)
class Instants:
    """seconds: since 1970 UTC, int64[n]. exist: bool[n], whether there is such a date."""

    seconds: np.ndarray
    exist: np.ndarray


def seconds_from(year: np.ndarray, month: np.ndarray, day: np.ndarray, times: Times) -> Instants:
    """The instants of these fields, as written, int64[n] each.

    A 60th second is the first of the next minute, as POSIX counts leap seconds; 24:00:00 ends the day.
    """
    hour, minute, second = times.hour, times.minute, times.second
    exists = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    exists &= (hour >= 0) & ((hour <= 23) | ((hour == 24) & (minute == 0) & (second == 0)))
    exists &= (minute >= 0) & (minute <= 59) & (second >= 0) & (second <= 60)
    exists &= np.abs(times.offset_s) < 86_400
    months = (np.where(exists, year, 1970) - 1970) * 12 + np.where(exists, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    exists &= day <= following - first
    days = first + day - 1
    return Instants(days * 86_400 + hour * 3600 + minute * 60 + second - times.offset_s, exists)


def seconds_of_fields(fields: Mapping[str, pa.Array]) -> Instants:
    """The same from texts by field: y, and where there are any mo or mon, d, h, mi, s, half (a or p), z.

    A field that is missing or empty is the first of its kind: a date alone is its midnight, a time without zone is UTC.
    """
    n = len(fields["y"])
    year = _number(fields["y"], 0)
    short = pc.equal(pc.utf8_length(fields["y"]), 2).fill_null(False).to_numpy(zero_copy_only=False)
    year = np.where(short, year + np.where(year < 50, 2000, 1900), year)  # RFC 2822, section 4.3
    month = _month(fields["mon"]) if "mon" in fields else _number(fields.get("mo"), 1, n)
    day, hour, minute, second = (_number(fields.get(f), 1 if f == "d" else 0, n) for f in ("d", "h", "mi", "s"))
    if "half" in fields:
        hour = _of_the_day(hour, fields["half"])
    return seconds_from(year, month, day, Times(hour, minute, second, _offset(fields.get("z"), n)))


def _number(texts: pa.Array | None, missing: int, n: int = 0) -> np.ndarray:
    if texts is None:
        return np.full(n, missing, np.int64)
    return pc.if_else(pc.equal(texts, ""), str(missing), texts).cast(pa.int64()).fill_null(missing).to_numpy()


def _of_the_day(hour: np.ndarray, halves: pa.Array) -> np.ndarray:
    """Hours of 0 to 24; those of a half day are 1 to 12, 12 being its first; -1 where there is no such hour in it."""
    second = pc.is_in(halves, pa.array(["p", "P"])).to_numpy(zero_copy_only=False)
    halved = second | pc.is_in(halves, pa.array(["a", "A"])).to_numpy(zero_copy_only=False)
    counted = np.where((hour >= 1) & (hour <= 12), hour % 12 + 12 * second, -1)
    return np.where(halved, counted, hour)


def _month(names: pa.Array) -> np.ndarray:
    short = pc.utf8_lower(pc.utf8_slice_codeunits(names, 0, 3))
    return pc.index_in(short, pa.array(MONTHS)).cast(pa.int64()).fill_null(-1).to_numpy() + 1


def _offset(zones: pa.Array | None, n: int) -> np.ndarray:
    """Seconds east of Greenwich of `+02:00`, `-0530`, `EST`; 0 for all others, which are UTC by another name."""
    if zones is None:
        return np.zeros(n, np.int64)
    found = pc.extract_regex(zones, r"^(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2})?")
    signs = pc.struct_field(found, "sign")
    hours, minutes = (_number(pc.struct_field(found, name), 0) for name in ("h", "m"))
    negative = pc.equal(signs, "-").fill_null(False).to_numpy(zero_copy_only=False)
    written = np.where(minutes > 59, 86_400, hours * 3600 + minutes * 60)
    named = pc.index_in(pc.utf8_lower(zones), pa.array(list(ZONES))).fill_null(-1).to_numpy()
    by_name = np.array([*ZONES.values(), 0], np.int64)[named] * 3600
    return np.where(negative, -written, written) + by_name
