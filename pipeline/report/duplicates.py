"""Clusters of duplicates, largest first, side by side with what stayed, the differences marked."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.report.documents import Shown, texts_of

MEMBERS_SHOWN = 2
CONTEXT_WORDS = 6


def clusters(workspace: Store, tables: Sequence[str], most: int, *, units: Collection[str]) -> Iterator[Shown]:
    """The `most` kept documents with the most documents removed for them; each with some of those, word by word.

    tables: the tables of duplicates in force. units: only removed documents of these ingest units count and are shown;
    what they were removed for may be of any.
    """
    everywhere = {name.split("/")[1] for name in tables}
    tables = [name for name in tables if name.split("/")[1] in units]
    counts: dict[int, int] = {}
    for name in tables:
        survivors = removals(workspace, name)["survivor"].to_numpy()
        for survivor, n in zip(*np.unique(survivors, return_counts=True), strict=True):
            counts[int(survivor)] = counts.get(int(survivor), 0) + int(n)
    top = sorted(counts, key=lambda survivor: (-counts[survivor], survivor))[:most]
    members: dict[int, list[Mapping[str, Any]]] = {survivor: [] for survivor in top}
    for name in tables:
        rows = removals(workspace, name)
        for row in rows.filter(pc.is_in(rows["survivor"], value_set=pa.array(top, pa.int64()))).to_pylist():
            if len(members[row["survivor"]]) < MEMBERS_SHOWN:
                members[row["survivor"]].append(row)
    wanted = [*top, *(row["doc_id"] for rows in members.values() for row in rows)]
    texts = texts_of(workspace, everywhere, wanted)
    for survivor in top:
        for row in members[survivor]:
            facts = {k: v for k, v in row.items() if v is not None}
            heading = f"{counts[survivor]:,} documents removed for {survivor}; one of them, by {row['reason']}"
            yield Shown(heading, facts, difference(texts.get(survivor, ""), texts.get(row["doc_id"], "")))


def removals(workspace: Store, table: str) -> pa.Table:
    """Rows of a table of duplicates that name a survivor."""
    with workspace.open(table) as f:
        rows = read_table(f)
    return rows.filter(rows["survivor"].is_valid())


def difference(kept: str, removed: str) -> str:
    """The kept text in words, where the removed one says something else: [-kept-] and {+removed+}.

    >>> difference("a b c d", "a x c d")
    'a [-b-] {+x+} c d'
    """
    ours, theirs = kept.split(), removed.split()
    told: list[str] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            told += _shortened(ours[a:b])
            continue
        if b > a:
            told.append(f"[-{' '.join(ours[a:b])}-]")
        if d > c:
            told.append(f"{{+{' '.join(theirs[c:d])}+}}")
    return " ".join(told)


def _shortened(words: list[str]) -> list[str]:
    """Words around a difference; a long stretch that is equal is only counted."""
    if len(words) <= 3 * CONTEXT_WORDS:
        return words
    left = len(words) - 2 * CONTEXT_WORDS
    return [*words[:CONTEXT_WORDS], f"... {left} equal words ...", *words[-CONTEXT_WORDS:]]
