"""Prints the funnel in a terminal: a line a step, and the largest leaves."""

from rich.table import Table

from corpusmill.pipeline.report.funnel import AXES, Funnel, Step
from corpusmill.pipeline.report.numbers import count, size

REASONS_SHOWN = 4  # of a step


def as_table(funnel: Funnel) -> Table:
    """The steps, for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("step", "documents", "text", "tokens", "removed"):
        in_words = name == "removed"
        table.add_column(name, justify="left" if name in ("step", "removed") else "right", no_wrap=not in_words)
    for step in funnel.steps:
        table.add_row(step.name, f"{step.documents:,}", size(step.bytes_), count(step.tokens), lost_in_words(step))
    return table


def lost_in_words(step: Step) -> str:
    """What a step lost, the most frequent reasons first; of many reasons the last ones together."""
    reasons = sorted(((n, why) for why, n in step.lost.items() if n), key=lambda i: -i[0])
    shown = len(reasons) if len(reasons) <= REASONS_SHOWN + 1 else REASONS_SHOWN
    told = [f"{n:,} {why}{_of_input(step.lost_bytes.get(why))}" for n, why in reasons[:shown]]
    if rest := reasons[shown:]:
        told.append(f"{sum(n for n, _ in rest):,} for {len(rest)} other reasons")
    return ", ".join(told)


def _of_input(bytes_: int | None) -> str:
    return "" if not bytes_ else f" ({size(bytes_)} of input)"


def leaves_table(funnel: Funnel, most: int = 12) -> Table:
    """The largest leaves, for a terminal: what was unique, and how often the mix takes it."""
    table = Table(box=None, pad_edge=False)
    for name in (*AXES, "kept", "unique", "tokens", "mixed", "times"):
        table.add_column(name, justify="left" if name in AXES else "right", no_wrap=name not in AXES)
    leaves = [leaf for leaf in funnel.leaves if leaf.kept]
    most = len(leaves) if len(leaves) <= most + 1 else most
    for leaf in leaves[:most]:
        times = f"{leaf.mixed_tokens / leaf.unique_tokens:.2f}" if leaf.unique_tokens else ""
        numbers = (leaf.kept, leaf.unique, leaf.unique_tokens, leaf.mixed_tokens)
        table.add_row(*(word or "-" for word in leaf.key), *map(count, numbers), times)
    if len(leaves) > most:
        table.add_row(f"and {len(leaves) - most} more")
    return table
