"""All parts together: tokens by leaf and part, and whether each copy of a document stands there once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.verify.part import Part

MOST_IN_MEMORY = 50_000_000  # copies of documents looked at one by one; of more, a share by number


@dataclass(frozen=True, kw_only=True)
class Leafwise:
    """Tokens of one part, by leaf: leaves that are there, rising, and their tokens."""

    leaf: np.ndarray
    tokens: np.ndarray

    @classmethod
    def of(cls, part: Part) -> "Leafwise":
        leaf, place = np.unique(part.leaf, return_inverse=True)
        tokens = np.zeros(len(leaf), np.int64)
        np.add.at(tokens, place, part.tokens)
        return cls(leaf=leaf, tokens=tokens)


@dataclass(frozen=True, kw_only=True)
class Copies:
    """Copies of documents, those whose doc_id leaves no rest when divided by `every`."""

    every: int
    rows: np.ndarray  # (4, copies): doc_id, pass, leaf, tokens

    @classmethod
    def of(cls, part: Part, every: int) -> "Copies":
        mine = part.doc_id % every == 0
        return cls(every=every, rows=np.stack([a[mine] for a in (part.doc_id, part.pass_, part.leaf, part.tokens)]))


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
