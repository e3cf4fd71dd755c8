"""Limits that can hold: what a pair of bounds, a share or a count of an operator's parameters must be.

Each function gives the complaint, or null where there is none; `refuse` raises those that there are.
"""

from collections.abc import Iterable, Iterator


def refuse(complaints: Iterable[str | None]) -> None:
    """Raise ValueError with every complaint, if there is one."""
    found = [complaint for complaint in complaints if complaint is not None]
    if found:
        raise ValueError("; ".join(found))


def share(operator: object, *names: str) -> Iterator[str | None]:
    """These parameters are shares, 0 to 1, or null.

    >>> from types import SimpleNamespace as Rules
    >>> list(share(Rules(most=0.5, least=1.5, off=None), "most", "least", "off"))
    [None, 'least must be from 0 to 1, got 1.5', None]
    """
    for name in names:
        value = getattr(operator, name)
        yield None if value is None or 0 <= value <= 1 else f"{name} must be from 0 to 1, got {value!r}"


def not_negative(operator: object, *names: str) -> Iterator[str | None]:
    """These parameters are compared with what is never below 0: counts, and ratios that may pass 1."""
    for name in names:
        value = getattr(operator, name)
        yield None if value is None or value >= 0 else f"{name} must be at least 0, got {value!r}"


def rising(operator: object, low: str, high: str) -> Iterator[str | None]:
    """Something lies between these two parameters; null is open.

    >>> from types import SimpleNamespace as Rules
    >>> list(rising(Rules(min_words=100, max_words=5), "min_words", "max_words"))
    ['nothing is kept: min_words 100 is above max_words 5']
    """
    least, most = getattr(operator, low), getattr(operator, high)
    if least is not None and most is not None and least > most:
        yield f"nothing is kept: {low} {least!r} is above {high} {most!r}"


# What a column's name says of its scale (docs/how-to/add-an-operator.md): none of these is ever negative.
NEVER_NEGATIVE = (
    "_count",
    "_ratio",
    "_share",
    "_bytes",
    "_rows",
    "_tokens",
    "_words",
    "_lines",
    "_chars",
    "_sentences",
)
AT_MOST_ONE = ("_share",)


def of_column(column: str, low: float | None, high: float | None) -> str | None:
    """What is impossible about bounds on a column, by themselves and by the scale that its name tells.

    >>> of_column("word_count", None, -1), of_column("score", None, -1)
    ("bounds of 'word_count' keep nothing: it is never below 0, and -1 is", None)
    """
    if low is not None and high is not None and low > high:
        return f"bounds of {column!r} keep nothing: {low} is above {high}"
    if high is not None and high < 0 and column.endswith(NEVER_NEGATIVE):
        return f"bounds of {column!r} keep nothing: it is never below 0, and {high} is"
    if low is not None and low > 1 and column.endswith(AT_MOST_ONE):
        return f"bounds of {column!r} keep nothing: it is never above 1, and {low} is"
    return None
