"""Which boundary each stretch ends at: nearest to its target, but inside every window and near every axis's share.

Phase after phase:

1. each leaf ends at the document boundary nearest to its target, whatever the other leaves do;
2. one leaf, the largest that has room, ends nearest to its target less all that the others took too much, or at the
   boundary on the other side of that where the total then suits the windows better; where leaves end below caps that
   lie inside documents and it has not the room, `reserves` help it;
3. where a window is then left, or a value of a column is off by more than AXIS of all tokens, the fewest leaves end
   elsewhere that put it right (operators.mix.cuts.settle), and the balancing leaf moves against them;
4. where leaves have so few documents that one leaf cannot take up what 1 leaves over, many end on the other side of
   their targets (operators.mix.cuts.even): before 2 those that stay within half of their largest document, and after 3,
   where that was not enough, others too.

So in a phase that is not `crowded` every leaf but those of 2 ends within half of its largest document of its target,
or within its `leeway` if it was moved for a window; in a crowded one within a document. With long texts and a small
budget a selection is nested but for leaves that were moved; nothing is moved once budgets are large beside documents.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.cuts.boundaries import Boundaries
from corpusmill.operators.mix.cuts.phase_ends import PhaseEnds
from corpusmill.operators.mix.cuts.stretches import Ends
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.rounding import Rounding


@dataclass(frozen=True)
class Chosen:
    """Per (phase, leaf): tokens on its line where it stops, and those it aimed at; per end the copies taken, or -1.

    wider: ends that may have to be moved and are not known widely enough; where there are any, the rest is nothing yet.
    """

    stops: np.ndarray
    aims: np.ndarray
    kept: np.ndarray
    wider: np.ndarray


def choose(plan: MixPlan, ends: Ends, found: Boundaries) -> Chosen:
    """The boundaries of all phases."""
    aims, stops = plan.stops.copy(), np.zeros_like(plan.stops)
    at = np.full(len(ends.leaf), -1, np.int64)
    told = Rounding.of(plan)
    previous = np.zeros(aims.shape[1], np.int64)
    for phase in range(len(aims)):
        mine = np.flatnonzero(ends.phase == phase)
        here = PhaseEnds(plan, ends, found, phase, previous, mine, told)
        here.choose()
        if here.wider.any():
            return Chosen(stops, aims, at, here.wider)
        at[mine], stops[phase] = here.at[mine], here.stops
        aims[phase, here.balancer] = here.aim
        previous = here.stops
    kept = np.where(at >= 0, at - found.first[:-1], -1)
    return Chosen(stops, aims, kept, np.zeros(len(at), bool))
