"""Prints the rows of a run as a Markdown table, for docs/benchmarks.md: python -m benchmarks.figures [RESULTS]."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.__main__ import RESULTS, number

HEAD = "| row | ours | peer or limit | unit | ratio | at least |\n|---|---|---|---|---|---|"


def table_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table, a line a row; those that fall short say so."""
    return "\n".join((HEAD, *(line_of(row) for row in rows)))


def line_of(row: Mapping[str, Any]) -> str:
    """One row.

    >>> fields = {"name": "start", "value": 5.0, "unit": "s", "peer_value": 15.0, "ratio": 3.0, "at_least": 1.0}
    >>> line_of({**fields, "ok": True})
    '| start | 5 | 15 | s | 3 | 1 |'
    >>> line_of({**fields, "ratio": 0.5, "ok": False})
    '| start | 5 | 15 | s | 0.5 | 1: short |'
    """
    least = number(row["at_least"]) + ("" if row["ok"] else ": short")
    numbers = (number(row["value"]), number(row["peer_value"]), row["unit"] or "", number(row["ratio"]), least)
    return f"| {' | '.join((str(row['name']), *numbers))} |"


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    print(table_of(json.loads(path.read_text(encoding="utf-8"))))
