"""All parts together: tokens by leaf and part, and whether each copy of a document stands there once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.verify.findings import Check
from corpusmill.pipeline.verify.part import Part

MOST_IN_MEMORY = 50_000_000  # copies of documents looked at one by one; of more, a share by number


@dataclass(frozen=True, kw_only=True)
class Leafwise:
    """Tokens of one part, by group: groups that occur, rising, and their tokens; `removed`: those taken down since.

    Tokens are what the mix counts in. What was taken down counts as written, so that the mix is held against the plan
    it was made by.
    """

    leaf: np.ndarray
    tokens: np.ndarray
    removed: int = 0

    @classmethod
    def of(cls, part: Part, unit: Unit = Unit.TOKENS) -> "Leafwise":
        down, gone = part.taken_down, part.taken_down.sizes[unit]
        leaf, place = np.unique(np.concatenate((part.leaf, down.leaf)), return_inverse=True)
        tokens = np.zeros(len(leaf), np.int64)
        np.add.at(tokens, place, np.concatenate((part.sizes(unit), gone)))
        return cls(leaf=leaf, tokens=tokens, removed=int(gone.sum()))


@dataclass(frozen=True, kw_only=True)
class Copies:
    """Copies of documents, those whose doc_id leaves no rest when divided by `every`."""

    every: int
    rows: np.ndarray  # (4, copies): doc_id, pass, leaf, tokens

    @classmethod
    def of(cls, part: Part, every: int) -> "Copies":
        mine = part.doc_id % every == 0
        return cls(every=every, rows=np.stack([a[mine] for a in (part.doc_id, part.pass_, part.leaf, part.tokens)]))


def taken_down(parts: Sequence[Part], found: Sequence[Copies]) -> Check:
    """No part holds a document that was taken down from any."""
    down = np.unique(np.concatenate([np.zeros(0, np.int64), *(part.taken_down.documents for part in parts)]))
    there = np.unique(np.concatenate([np.zeros(0, np.int64), *(c.rows[0] for c in found)]))
    wrong = tuple(f"document {doc_id} is in the dataset" for doc_id in np.intersect1d(down, there).tolist())
    copies = sum(part.taken_down.copies for part in parts)
    return Check(name="taken down", message=f"{len(down):,} documents, {copies:,} copies of them", breaches=wrong)


def copies_breaches(found: Sequence[Copies]) -> tuple[int, list[str]]:
    """How many copies were looked at; and what is wrong with how often documents are there."""
    rows = np.concatenate([np.zeros((4, 0), np.int64), *(c.rows for c in found)], axis=1)
    doc, copy, leaf, tokens = rows[:, np.lexsort((rows[1], rows[0]))]
    same = doc[1:] == doc[:-1]
    twice = int((same & (copy[1:] == copy[:-1])).sum())
    first = np.concatenate([np.ones(min(1, len(doc)), bool), ~same])
    lost = int((first & (copy != 0)).sum()) + int((same & (copy[1:] > copy[:-1] + 1)).sum())
    unlike = int((same & ((leaf[1:] != leaf[:-1]) | (tokens[1:] != tokens[:-1]))).sum())
    told = [
        (twice, "copies of documents stand there twice"),
        (lost, "copies of documents come without the one before"),
        (unlike, "copies of documents are unlike the one before"),
    ]
    return len(doc), [f"{n:,} {what}" for n, what in told if n]
