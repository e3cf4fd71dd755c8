"""Finds the fields of a record of JSON by their names, those inside an object as "a.b"."""

from collections.abc import Iterator, Mapping
from typing import Any


def dotted(record: Mapping[str, Any]) -> Iterator[str]:
    """The names of the fields of a record, those in an object as "a.b"; below more levels than Python follows none.

    >>> list(dotted({"id": 1, "a": {"b": 2, "c": {}}}))
    ['id', 'a.b', 'a.c']
    """
    for name, value in record.items():
        if isinstance(value, dict) and value:
            try:
                below = list(dotted(value))
            except RecursionError:
                below = []
            yield from (f"{name}.{inner}" for inner in below) if below else (name,)
        else:
            yield name


def present(record: Mapping[str, Any], name: str) -> bool:
    """Whether there is a field of that name, be it null; see `reach`.

    >>> present({"a": {"b": None}}, "a.b"), present({"a": {"b": None}}, "a.c")
    (True, False)
    """
    if name in record:
        return True
    first, dot, rest = name.partition(".")
    inner = record.get(first) if dot else None
    return isinstance(inner, dict) and present(inner, rest)


def reach(record: Mapping[str, Any], name: str) -> Any:
    """The value of a field; "a.b" also that of field b in the object a; None when there is none.

    >>> reach({"a": {"b": 1}, "a.c": 2}, "a.b"), reach({"a": {"b": 1}, "a.c": 2}, "a.c"), reach({"a": 3}, "a.b")
    (1, 2, None)
    """
    if name in record:
        return record[name]
    first, dot, rest = name.partition(".")
    inner = record.get(first) if dot else None
    return reach(inner, rest) if isinstance(inner, dict) else None
