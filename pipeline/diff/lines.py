"""Tells the difference of two datasets in lines and tables for a terminal."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from corpusmill.pipeline.diff.compare import Difference, Share
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.terminal import one_line
from corpusmill.pipeline.profile.count import bin_words

WORDS_OF = {"distinct_documents": "documents", "documents": "document copies"}  # of amounts, where they differ
CHANGE = 0.0005  # of a share that is shown


def amounts_table(found: Difference) -> Table:
    """Documents, their copies, sequences and tokens of both sides."""
    table = _table("", "before", "after", "change")
    for name, (old, new) in found.amounts.items():
        change = f"{(new - old) / old:+.1%}" if old else "new"
        table.add_row(WORDS_OF.get(name, name), f"{old:,}", f"{new:,}", change)
    return table


def shares_table(of: str, shares: Sequence[Share], most: int) -> Table | None:
    """The values whose share of tokens changed most; None where none did."""
    moved = [s for s in shares if abs(s.change) >= CHANGE or 0 in s.documents][:most]
    if not moved:
        return None
    table = _table(of, "documents before", "after", "share before", "after", "points")
    for s in moved:
        old, new = s.documents
        share = (f"{s.shares[0]:.2%}", f"{s.shares[1]:.2%}", f"{100 * s.change:+.2f}")
        table.add_row(one_line(s.value or "-"), f"{old:,}", f"{new:,}", *share)
    return table


def drifts_table(found: Difference, most: int) -> Table:
    """What drifted most."""
    table = _table("drift of", "PSI", "JS", "median before", "after")
    for drift in found.drifts[:most]:
        middle = ("", "") if drift.middle is None else tuple("-" if m is None else bin_words(m) for m in drift.middle)
        table.add_row(drift.of, f"{drift.psi:.4f}", f"{drift.js:.4f}", *middle)
    return table


def site_lines(found: Difference, most: int) -> Iterator[str]:
    """New and vanished sites, those with most tokens first."""
    among = "" if found.sites_are_all else " among the largest"
    for word, sites, side in (("new", found.new_sites, 1), ("vanished", found.vanished_sites, 0)):
        if not sites:
            continue
        yield f"{word} sites{among}: {len(sites):,}"
        for s in sites[:most]:
            amounts = f"{counted(s.documents[side], 'document')}, {counted(s.tokens[side], 'token')}"
            yield f"  {one_line(s.value)}: {amounts}"
        if len(sites) > most:
            yield f"  and {len(sites) - most:,} more"


def job_lines(found: Difference) -> Iterator[str]:
    """What changed between the jobs."""
    if found.job:
        yield "the jobs differ:"
        yield from (f"  {line}" for line in found.job)
    old, new = found.months
    if old != new and (old or new):
        span = [f"{months[0]} to {months[-1]}" if months else "none" for months in (old, new)]
        yield f"dates of documents: {span[0]} before, {span[1]} after"


def lack_lines(found: Difference) -> Iterator[str]:
    """Sides that cannot be compared in full."""
    for url in found.lacks:
        yield f"{url} has no _profile.json: only its amounts are compared; run its job again to have it"


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, no_wrap=False)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table
