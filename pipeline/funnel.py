"""The funnel: how many documents, bytes and tokens went into each stage, and where the others went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from pipeline.accounting import Tally

UNITS = ("kB", "MB", "GB", "TB", "PB")

Leaf = tuple[str, str, str]  # source, domain, language


@dataclass(frozen=True)
class Step:
    """One line of the funnel. Numbers that the step does not know are None."""

    name: str
    documents: int
    bytes_: int | None = None
    tokens: int | None = None
    lost: Mapping[str, int] = field(default_factory=dict)  # why documents did not reach this step


@dataclass(frozen=True)
class Funnel:
    """Each step's numbers over all, then the last step's by source, domain and language."""

    steps: Sequence[Step]
    leaves: Mapping[Leaf, tuple[int, int, int]]  # documents, text bytes, tokens after dedup

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": [
                {"name": s.name, "documents": s.documents, "bytes": s.bytes_, "tokens": s.tokens, "lost": dict(s.lost)}
                for s in self.steps
            ],
            "leaves": [
                {"source": k[0], "domain": k[1], "language": k[2], "documents": v[0], "bytes": v[1], "tokens": v[2]}
                for k, v in sorted(self.leaves.items())
            ],
        }


def reasons(tally: Tally, kind: str) -> dict[str, int]:
    """'step: reason' -> documents, for "dropped" or "failed"."""
    return {": ".join(path): n for path, n in tally.below(kind).items()}


def funnel(ingest: Tally, tokenized: Tally, duplicates: Mapping[str, int], packed: Tally) -> Funnel:
    """The funnel of a run, from the tallies of its stages. duplicates: documents removed, by rule."""
    found, kept = ingest.total("in", "documents"), ingest.total("kept", "documents")
    unsampled = {"not sampled": ingest.total("not_sampled")} if ingest.total("not_sampled") else {}
    steps = [
        Step(
            "read",
            found,
            ingest.total("in", "bytes"),
            lost={f"failed, {k}": n for k, n in reasons(ingest, "failed").items()},
        ),
        Step("kept", kept, ingest.total("kept", "bytes"), lost=reasons(ingest, "dropped") | unsampled),
        Step(
            "unique", tokenized.total("documents"), tokenized.total("bytes"), tokenized.total("tokens"), lost=duplicates
        ),
        Step("mixed", packed.total("documents"), None, packed.total("tokens")),
    ]
    leaves: dict[Leaf, tuple[int, int, int]] = {}
    for path, n in tokenized.below("documents").items():
        leaf = (path[0], path[1], path[2])
        leaves[leaf] = (n, tokenized.total("bytes", *leaf), tokenized.total("tokens", *leaf))
    return Funnel(steps, leaves)


def as_table(told: Funnel) -> Table:
    """The steps, for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("step", "documents", "text", "tokens", "lost on the way"):
        table.add_column(name, justify="left" if name in ("step", "lost on the way") else "right")
    for step in told.steps:
        lost = ", ".join(f"{n:,} {why}" for why, n in sorted(step.lost.items(), key=lambda i: -i[1])[:4])
        more = f", and {len(step.lost) - 4} more reasons" if len(step.lost) > 4 else ""
        table.add_row(step.name, f"{step.documents:,}", size(step.bytes_), count(step.tokens), lost + more)
    return table


def leaves_table(told: Funnel, most: int = 12) -> Table:
    """The largest leaves, for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("source", "domain", "language", "documents", "text", "tokens"):
        table.add_column(name, justify="left" if name in ("source", "domain", "language") else "right")
    ranked = sorted(told.leaves.items(), key=lambda i: (-i[1][2], i[0]))
    for leaf, (documents, bytes_, tokens) in ranked[:most]:
        table.add_row(*(word or "-" for word in leaf), f"{documents:,}", size(bytes_), count(tokens))
    if len(ranked) > most:
        table.add_row(f"and {len(ranked) - most} more", "", "", "", "", "")
    return table


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
