"""Writes times and spans of time for people."""

from datetime import UTC, datetime


def stamp(seconds: float) -> str:
    """
    >>> stamp(0.0)
    '1970-01-01 00:00:00 UTC'
    """
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """A time in its two largest units.

    >>> duration(4.26), duration(75), duration(7384), duration(200_000)
    ('4.3 s', '1 min 15 s', '2 h 3 min', '2 d 7 h')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    for size, name, below, inner in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} {int(seconds % size // below)} {inner}"
    raise AssertionError("covered above")
