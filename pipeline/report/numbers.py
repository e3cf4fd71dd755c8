"""Writes sizes and counts as people read them."""

UNITS = ("kB", "MB", "GB", "TB", "PB")


def size(n: int | None) -> str:
    """
    >>> size(1_500_000)
    '1.5 MB'
    """
    if n is None:
        return ""
    if n < 1000:
        return f"{n} B"
    power = min((len(str(n)) - 1) // 3, len(UNITS))
    return f"{n / 1000**power:,.1f} {UNITS[power - 1]}"


def count(n: int | None) -> str:
    return "" if n is None else f"{n:,}"
