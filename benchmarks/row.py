"""A line of benchmarks/results.json: what was measured, what it is held against, and whether it is enough."""

import math
from collections.abc import Mapping
from typing import Any

FIELDS = ("name", "value", "unit", "peer_value", "ratio", "at_least", "answer_ok", "ok")


def row(
    name: str,
    value: float,
    unit: str,
    *,
    peer: float | None = None,
    at_least: float | None = None,
    answer_ok: bool = True,
) -> dict[str, Any]:
    """One row. `ratio` is peer / value: less is better on both sides.

    peer: what another tool, or a limit, has of the same unit. at_least: the least ratio; null: told, not judged.

    >>> row("startup", 5.0, "s", peer=15.0, at_least=1.0)["ok"]
    True
    """
    ratio = None if peer is None else peer / value if value else math.inf
    return _row(name, value, unit, peer, ratio, at_least, answer_ok)


def row_of_more(
    name: str,
    value: float,
    unit: str,
    *,
    peer: float | None = None,
    at_least: float | None = None,
    answer_ok: bool = True,
) -> dict[str, Any]:
    """One row, as `row` has it, where more is better on both sides: `ratio` is value / peer.

    >>> row_of_more("rate", 900.0, "pages/s", peer=700.0, at_least=1.0)["ok"]
    True
    """
    return _row(name, value, unit, peer, value / peer if peer else None, at_least, answer_ok)


def _row(
    name: str, value: float, unit: str, peer: float | None, ratio: float | None, at_least: float | None, answer: bool
) -> dict[str, Any]:
    ok = answer and (at_least is None or (ratio is not None and ratio >= at_least))
    fields = (name, value, unit, peer, ratio, at_least, answer, ok)
    return dict(zip(FIELDS, fields, strict=True))


def failed(name: str, error: str) -> dict[str, Any]:
    """The row of a benchmark that came to no result: `error` says why."""
    return {**dict.fromkeys(FIELDS), "name": name, "answer_ok": False, "ok": False, "error": error}


def checked(found: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a benchmark gave it; one that lacks a field is a failed row. NaN is never enough."""
    missing = [field for field in FIELDS if field not in found]
    if missing:
        return failed(str(found.get("name", "a row without a name")), f"the row has no {', '.join(missing)}")
    numbers = [found[field] for field in ("value", "peer_value", "ratio", "at_least") if found[field] is not None]
    if any(math.isnan(float(number)) for number in numbers):
        return failed(str(found["name"]), f"not a number among {numbers}")
    plain = {key: value.item() if hasattr(value, "item") else value for key, value in found.items()}
    return {**plain, "answer_ok": bool(found["answer_ok"]), "ok": bool(found["ok"]) and bool(found["answer_ok"])}
