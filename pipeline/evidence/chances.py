"""Says which dropped documents are measured to the end: a few of all, many of those just beyond a single bound.

These are the ones that a slightly looser threshold would let pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.abilities import Threshold
from corpusmill.pipeline.evidence.cells import matrix
from corpusmill.pipeline.evidence.rules import Judged

REACH = 0.25  # of a bound: 38 to 50 words, where 50 is the bound; a guess
FAVOUR = 16  # how much likelier documents within reach are; see decision 63


@dataclass(frozen=True)
class Drawn:
    """Documents to measure: their rows, int64[n], rising; and which are within reach of a bound that they alone break:
    bool[n].
    """

    rows: np.ndarray
    near: np.ndarray


def near_share(share: float) -> float:
    """The share of documents within reach that is measured. share: of the others.

    >>> near_share(0.01), near_share(0.5)
    (0.16, 1.0)
    """
    return min(1.0, share * FAVOUR)


def drawn(table: pa.Table, found: Judged, bounds: Sequence[Threshold], share: float) -> Drawn:
    """Draw from documents that a decision dropped. found: what it says of them; bounds: its own."""
    draw = table["_draw"].to_numpy()
    rows = np.flatnonzero(draw < near_share(share))
    near = within_reach(table, found, bounds, rows)
    chosen = near | (draw[rows] < share)
    return Drawn(rows[chosen], near[chosen])


def within_reach(table: pa.Table, found: Judged, bounds: Sequence[Threshold], rows: np.ndarray) -> np.ndarray:
    """Whether each of some documents breaks one rule only, and its value is close to that bound: bool[rows]."""
    near = np.zeros(len(rows), np.bool_)
    by_reason = {t.reason: t for t in bounds}
    alone = found.alone()[rows]
    for number in np.unique(alone).tolist():
        bound = by_reason.get(found.reasons[int(number)]) if number >= 0 else None
        if bound is not None and bound.bound is not None:
            mine = np.flatnonzero(alone == number)
            values = matrix([table[bound.column].take(pa.array(rows[mine]))])[0]
            near[mine] = np.abs(values - bound.bound) <= REACH * abs(bound.bound)
    return near
