"""Messages about many files, one for each cause: how many there are, and the names of a few."""

import re
from collections.abc import Iterable

EXAMPLES = 3
DIGITS = re.compile(r"\d+")


def by_cause(found: Iterable[tuple[str, str]], what: str = "files") -> list[str]:
    """One line for each cause, in the order in which the causes are first seen.

    found: the name of a file, and what is wrong with it. Messages that differ in that name or in numbers have one
    cause; up to `EXAMPLES` of a cause are told as they are.

    >>> by_cause([("a.gz", "a.gz: byte 7 is damaged")])
    ['a.gz: byte 7 is damaged']
    >>> by_cause((f"{n}.gz", f"{n}.gz: byte {n} is damaged") for n in range(480))
    ['480 files: byte 0 is damaged (0.gz, 1.gz, 2.gz and 477 more)']
    """
    told = list(found)
    causes: dict[str, list[tuple[str, str]]] = {}
    for name, message in told:
        causes.setdefault(cause(name, message), []).append((name, message))
    lines: list[str] = []
    for name, message in told:
        same = causes[cause(name, message)]
        if len(same) <= EXAMPLES:
            lines.append(message)
        elif (name, message) == same[0]:
            lines.append(f"{len(same):,} {what}: {_without(name, message)} ({some(each for each, _ in same)})")
    return list(dict.fromkeys(lines))


def cause(name: str, message: str) -> str:
    """What messages of the same cause have in common."""
    return DIGITS.sub("0", _without(name, message))


def some(names: Iterable[str]) -> str:
    """The first few names, and how many more there are.

    >>> some(["a", "b"]), some("abcd"), some("abcde")
    ('a, b', 'a, b, c, d', 'a, b, c and 2 more')
    """
    names = list(names)
    if len(names) <= EXAMPLES + 1:  # the last one is as short as "and 1 more"
        return ", ".join(names)
    return f"{', '.join(names[:EXAMPLES])} and {len(names) - EXAMPLES:,} more"


def _without(name: str, message: str) -> str:
    """The message without the name that it begins with; elsewhere "FILE" stands for it."""
    for start in (f"{name}: ", f"{name!r}: ", f"{name!r} "):
        message = message.removeprefix(start)
    return message.replace(repr(name), "FILE").replace(name, "FILE") if name else message
