"""`python -m benchmarks [--quick] [--only NAME]`: every benchmark, one table, benchmarks/results.json.

Exit code 1 when a row falls short: too slow, too large, or with another answer than expected.
"""

import argparse
import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.row import row
from benchmarks.running import HERE, names, run

RESULTS = HERE / "results.json"
BUDGET_S = {True: 600.0, False: 3600.0}  # of a quick run and of a whole one, on two cores that nobody else uses
LIMIT_S = {True: 300.0, False: 1800.0}  # of one file: a hanging benchmark is ended and told


def main() -> int:
    arguments = parse()
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    started = time.monotonic()
    found: list[dict[str, Any]] = []
    for name in arguments.only or names():
        console.print(f"{name} ...", end="" if console.is_terminal else "\n")
        ran = run(name, quick=arguments.quick, limit_s=LIMIT_S[arguments.quick])
        found += [{**line, "benchmark": name} for line in ran.rows]
        console.print(f"\r{name:<12} {len(ran.rows)} rows in {ran.wall_s:.0f} s")
    if not arguments.only:
        limit = BUDGET_S[arguments.quick]
        whole = row("all benchmarks, wall time", time.monotonic() - started, "s", peer=limit, at_least=1.0)
        found.append({**whole, "benchmark": "all"})
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    console.print(table(found))
    for line in found:
        if line.get("error"):
            console.print(Text(f"\n{line['name']}: {line['error']}"))
    short = [line["name"] for line in found if not line["ok"]]
    console.print(
        f"{len(found) - len(short)} of {len(found)} rows hold; figures are in {RESULTS.relative_to(HERE.parent)}"
    )
    return 1 if short else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Speed and memory, with the answers pinned."
    )
    parser.add_argument("--quick", action="store_true", help="less data, the same rows: under ten minutes")
    parser.add_argument("--only", action="append", choices=names(), help="this one; may be given again")
    return parser.parse_args()


def table(found: list[dict[str, Any]]) -> Table:
    """All rows, the ones that fall short in red."""
    shown = Table(title="benchmarks", title_justify="left")
    shown.add_column("what", overflow="fold")
    for column in ("value", "unit", "peer or limit", "ratio", "at least", "answer", "ok"):
        shown.add_column(column, justify="left" if column == "unit" else "right")
    for line in found:
        shown.add_row(
            Text(str(line["name"])),
            *(number(line["value"]), line["unit"] or ""),
            *(number(line[field]) for field in ("peer_value", "ratio", "at_least")),
            "same" if line["answer_ok"] else "no",
            "yes" if line["ok"] else "NO",
            style=None if line["ok"] else "red",
        )
    return shown


def number(value: float | None) -> str:
    """Three digits that count.

    >>> number(0.01234), number(1234.5), number(12.34), number(None)
    ('0.0123', '1,234', '12.3', '')
    """
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
