"""Documents with the same 128-bit key: one stays, and counts for all of them."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.dedup.survivors import Candidates, Prefer, survivor_order


@dataclass(frozen=True, kw_only=True, eq=False)
class Removals:
    """`removed` and `survivor`: int64[m] doc_ids, row by row."""

    removed: np.ndarray
    survivor: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactOutcome:
    """The removals of a partition; and the survivors that stand for more than one document, with how many."""

    removals: Removals
    survivor: np.ndarray
    copies: np.ndarray


def resolve_exact(
    high: np.ndarray, low: np.ndarray, docs: Candidates, copies: np.ndarray, prefer: Prefer
) -> ExactOutcome:
    """Keep the first of each group of equal keys, in survivor order.

    high, low: uint64[n], the two halves of the key; copies: int64[n], how many documents each one stands for already;
    a survivor's are the sum of its group's.
    """
    _, groups = np.unique(np.rec.fromarrays([high, low]), return_inverse=True)
    order = survivor_order(docs, prefer, groups)
    ids, groups, copies = docs.doc_id[order], groups[order], copies[order]
    opens = np.ones(len(ids), np.bool_)
    opens[1:] = groups[1:] != groups[:-1]
    starts = np.flatnonzero(opens)
    survivor = ids[starts]
    total = np.add.reduceat(copies, starts) if len(starts) else np.empty(0, np.int64)
    removed = ~opens
    many = total > 1
    return ExactOutcome(
        removals=Removals(removed=ids[removed], survivor=survivor[groups[removed]]),
        survivor=survivor[many],
        copies=total[many],
    )
