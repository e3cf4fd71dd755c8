"""The exact ends of all stretches: between which two documents each phase stops on each lane.

`choose` says at which document boundaries; here they become what a unit compares its documents with.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.cuts.boundaries import FIRST, Boundaries
from corpusmill.operators.mix.cuts.choose import Chosen
from corpusmill.operators.mix.cuts.offsets import rotations, shards_of
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.supply.bins import Layout


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """All that a unit needs to know which of its documents go where; the same for all units, and only read.

    Per (phase, lane): the first copy that is NOT taken, as passes, u (uint64), doc_id; a phase takes from the cut of
    the phase before. lane_stops: tokens of the lane taken so far. rotation: places by which its shards are turned.
    shards: per phase. taken: (phases, leaves) tokens. aims: (phases, leaves) tokens on the leaf's line:
    the plan's stops, but for the leaf of each phase that balances.
    """

    layout: Layout
    before: np.ndarray
    lane_leaf: np.ndarray
    passes: np.ndarray
    u: np.ndarray
    doc_id: np.ndarray
    lane_stops: np.ndarray
    rotation: np.ndarray
    shards: tuple[int, ...]
    taken: np.ndarray
    aims: np.ndarray


def cuts(plan: MixPlan, layout: Layout, before: np.ndarray, found: Boundaries, chosen: Chosen, *, shards: int) -> Cuts:
    """The cuts of a plan. layout, before: of its histograms. SpecError: more phases than shards."""
    ends = found.ends
    passes, u, doc_id, lane_stops = found.bounds(chosen.kept)
    phases, lanes = len(plan.phases), len(plan.leaves.lanes)
    at = (ends.phase[ends.end], ends.lane)
    out = [np.zeros((phases, lanes), a.dtype) for a in (passes, u, doc_id, lane_stops)]
    out[2][:] = FIRST
    moved = np.zeros((phases, lanes), bool)
    moved[at] = (chosen.kept >= 0)[ends.end]
    for table, values in zip(out, (passes, u, doc_id, lane_stops), strict=True):
        table[at] = values
        for phase in range(1, phases):
            table[phase] = np.where(moved[phase], table[phase], table[phase - 1])
    taken = np.diff(chosen.stops, axis=0, prepend=0)
    per_phase = shards_of(plan, shards)
    return Cuts(
        layout=layout,
        before=before,
        lane_leaf=plan.leaves.lanes.leaf,
        passes=out[0],
        u=out[1],
        doc_id=out[2],
        lane_stops=out[3],
        rotation=rotations(plan, np.diff(out[3], axis=0, prepend=0), per_phase),
        shards=per_phase,
        taken=taken,
        aims=chosen.aims,
    )
