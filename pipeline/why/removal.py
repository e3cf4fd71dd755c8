"""What deduplication decided about one document, with the document it was compared with."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.pipeline.report.duplicates import difference
from corpusmill.pipeline.why.find import Document, LastRun, row_of

MEMBERS_SHOWN = 5
MOST_WORDS = 20_000  # of each text that are compared word by word: seconds; a guess


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Another document of the same cluster."""

    doc_id: int
    url: str | None
    source: str | None
    reason: str | None  # the rule that removed it; null for the one that stayed
    similarity: float | None


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What the table of duplicates says. survivor, shared_words, difference: of a document that was removed for one.

    copies: how many documents one that stays stands for, itself counted; members: some of them.
    """

    reason: str | None
    similarity: float | None = None
    band: int | None = None
    cluster_id: int | None = None
    copies: int | None = None
    survivor: Copy | None = None
    shared_words: float | None = None  # of the words of this document, 0 to 1
    difference: str | None = None
    members: tuple[Copy, ...] = ()


def removal_of(run: LastRun, document: Document) -> Removal | None:
    """What was decided; None for a document that shares no key with another, and for one that never got so far."""
    if document.table != "documents" or (table := run.duplicates.get(document.unit)) is None:
        return None
    found = row_of(run.workspace, table, document.doc_id)
    if found is None:
        return None
    row = found.to_pylist()[0]
    facts = {key: row[key] for key in ("reason", "similarity", "band", "cluster_id", "copies")}
    if row["reason"] is None:
        return Removal(**facts, members=members_of(run, document.doc_id) if (row["copies"] or 1) > 1 else ())
    if row["survivor"] is None:
        return Removal(**facts)
    kept = run.by_number(row["survivor"])
    if kept is None:
        return Removal(**facts, survivor=Copy(doc_id=row["survivor"], **dict.fromkeys(COPY)))
    words, others = (str(d.value("text") or "").split()[:MOST_WORDS] for d in (document, kept))
    return Removal(
        **facts,
        survivor=_copy(run, kept, row["similarity"]),
        shared_words=shared(words, others),
        difference=difference(" ".join(others), " ".join(words)),
    )


COPY = ("url", "source", "reason", "similarity")


def shared(words: Sequence[str], others: Sequence[str]) -> float:
    """The share of `words` that stand in `others` in the same order; 1 for no words.

    >>> shared("a b c d".split(), "a x c d".split())
    0.75
    """
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(words) if words else 1.0


def members_of(run: LastRun, doc_id: int) -> tuple[Copy, ...]:
    """The first few documents that were removed for this one; light columns of every table of duplicates are read."""

    def in_table(name: str) -> list[Mapping[str, Any]]:
        with run.workspace.open(name) as file:
            rows = pq.ParquetFile(file).read(["doc_id", "survivor", "reason", "similarity"], use_threads=False)
        return rows.filter(pc.equal(rows["survivor"], doc_id)).to_pylist()

    found: list[Mapping[str, Any]] = []
    with ThreadPoolExecutor() as pool:
        for rows in pool.map(in_table, sorted(run.duplicates.values())):
            found += rows
    copies = []
    for row in found[:MEMBERS_SHOWN]:
        member = run.by_number(row["doc_id"])
        url, source = (None, None) if member is None else (member.value("url"), source_of(member))
        copies.append(
            Copy(doc_id=row["doc_id"], url=url, source=source, reason=row["reason"], similarity=row["similarity"])
        )
    return tuple(copies)


def _copy(run: LastRun, document: Document, similarity: float | None) -> Copy:
    url, source = document.value("url"), source_of(document)
    return Copy(doc_id=document.doc_id, url=url, source=source, reason=None, similarity=similarity)


def source_of(document: Document) -> str | None:
    """The source of a document's shard."""
    return None if document.shard is None else document.shard.source
