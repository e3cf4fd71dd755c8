"""Says which dropped documents are measured to the end: a few of all, many of those just beyond a single bound.

These are the ones that a slightly looser threshold would let pass.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.contract import Ruled
from corpusmill.pipeline.evidence.cells import matrix
from corpusmill.pipeline.evidence.draws import draws
from corpusmill.pipeline.evidence.rules import judged
from corpusmill.pipeline.steps.chain import Dropped

REACH = 0.25  # of a bound: 38 to 50 words, where 50 is the bound; a guess
FAVOUR = 16  # how much likelier documents within reach are; see decision 63


@dataclass(frozen=True)
class Drawn:
    """Documents to measure: bool[n], and which documents are within reach of a bound that they alone break: bool[n]."""

    chosen: np.ndarray
    near: np.ndarray


def near_share(share: float) -> float:
    """The share of documents within reach that is measured. share: of the others.

    >>> near_share(0.01), near_share(0.5)
    (0.16, 1.0)
    """
    return min(1.0, share * FAVOUR)


def drawn(dropped: Dropped, decision: object, share: float) -> Drawn:
    """Draw from documents that a decision dropped."""
    near = within_reach(dropped, decision)
    draw = draws(dropped.table["doc_id"].to_numpy())
    return Drawn(draw < np.where(near, near_share(share), share), near)


def within_reach(dropped: Dropped, decision: object) -> np.ndarray:
    """Whether each document breaks one rule only, and its value is close to that bound: bool[n]."""
    near = np.zeros(len(dropped.reasons), np.bool_)
    if not isinstance(decision, Ruled):
        return near
    bounds = {t.reason: t for t in decision.thresholds() if t.bound is not None}
    if not bounds:
        return near
    found = judged(decision, dropped.table, dropped.reasons)
    alone = found.alone()
    for number in np.unique(alone).tolist():
        bound = bounds.get(found.reasons[int(number)]) if number >= 0 else None
        if bound is not None and bound.bound is not None:
            rows = np.flatnonzero(alone == number)
            values = matrix([dropped.table[bound.column].take(pa.array(rows))])[0]
            near[rows] = np.abs(values - bound.bound) <= REACH * abs(bound.bound)
    return near
