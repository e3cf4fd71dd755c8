"""The exact ends of all stretches: between which two documents each phase stops on each lane.

A leaf ends at the document boundary nearest to its target, whatever the other leaves do; one leaf a phase, the largest
that has room, ends nearest to its target less all that the others have taken too much. So every leaf is within half a
document of its target, that one of its aim, and all phases up to any one are within half a document of their budget.
Where the nearest boundary lies above a leaf's cap, the one below it counts.
"""

from dataclasses import dataclass

import numpy as np

from operators.mix.bins import Layout, Rows
from operators.mix.leaves import PARTS
from operators.mix.offsets import rotations, shards_of
from operators.mix.plan import MixPlan
from operators.mix.stretches import Ends, balancers

FIRST = np.int64(-1)  # before every doc_id


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


def cuts(plan: MixPlan, layout: Layout, before: np.ndarray, ends: Ends, rows: Rows, *, shards: int) -> Cuts:
    """The cuts of a plan. rows: the documents of all units in `wanted_bins`, in any order."""
    found = _Candidates(plan, layout, before, ends, rows)
    stops, aims, kept = _choose(plan, ends, found)
    passes, u, doc_id, lane_stops = found.bounds(kept)
    phases, lanes = len(plan.phases), len(plan.leaves.lanes)
    at = (ends.phase[ends.end], ends.lane)
    out = [np.zeros((phases, lanes), a.dtype) for a in (passes, u, doc_id, lane_stops)]
    out[2][:] = FIRST
    moved = np.zeros((phases, lanes), bool)
    moved[at] = (kept >= 0)[ends.end]
    for table, values in zip(out, (passes, u, doc_id, lane_stops), strict=True):
        table[at] = values
        for phase in range(1, phases):
            table[phase] = np.where(moved[phase], table[phase], table[phase - 1])
    taken = np.diff(stops, axis=0, prepend=0)
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
        aims=aims,
    )


class _Candidates:
    """The copies around every end, in the order of their leaf's line, with the tokens up to each."""

    def __init__(self, plan: MixPlan, layout: Layout, before: np.ndarray, ends: Ends, rows: Rows) -> None:
        bins = layout.bin_of(rows.lane, rows.u)
        order = np.lexsort((rows.doc_id, rows.u, bins))
        self.rows = Rows(lane=rows.lane[order], u=rows.u[order], doc_id=rows.doc_id[order], tokens=rows.tokens[order])
        bins = bins[order]
        self.ends, self.layout = ends, layout
        size, offset = 1 << layout.bits[ends.lane], layout.offsets[ends.lane]
        lane_tokens = plan.leaves.lanes.tokens[ends.lane]
        self.base = before[offset + ends.first % size] - before[offset] + ends.first // size * lane_tokens
        visit, count = _spread(ends.last - ends.first + 1)
        line_bin = ends.first[visit] + count
        bin_ = offset[visit] + line_bin % size[visit]
        begin = np.searchsorted(bins, bin_)
        many, step = _spread(np.searchsorted(bins, bin_, side="right") - begin)
        entry, row = visit[many], begin[many] + step
        passes = (line_bin // size[visit])[many]
        parts = plan.leaves.lanes.parts[ends.lane]
        epoch = (passes + self.rows.u[row].astype(np.float64) * 2.0**-64) * PARTS / parts[entry]
        line = np.lexsort((self.rows.doc_id[row], self.rows.u[row], passes, entry, epoch, ends.end[entry]))
        self.entry, self.row, self.passes, self.epoch = entry[line], row[line], passes[line], epoch[line]
        self.tokens = self.rows.tokens[self.row].astype(np.int64)
        ends_count = len(ends.leaf)
        self.start = np.searchsorted(ends.end[self.entry], np.arange(ends_count + 1))
        end_base = np.zeros(ends_count, np.int64)
        np.add.at(end_base, ends.end, self.base)
        running = np.cumsum(self.tokens)
        head = np.concatenate([[0], running])[self.start[:-1]]
        self.end_base = end_base
        self.until = running + np.repeat(end_base - head, np.diff(self.start))

    def boundaries(self, end: int) -> tuple[np.ndarray, int]:
        """Tokens on the leaf's line at each place where it may be cut near an end; and the first place's number."""
        start, stop = int(self.start[end]), int(self.start[end + 1])
        epoch = self.epoch[start:stop]
        low = int(np.searchsorted(epoch, self.ends.low[end]))
        high = int(np.searchsorted(epoch, self.ends.high[end], side="right"))
        until = self.until[start:stop]
        first = int(until[low - 1]) if low else int(self.end_base[end])
        return np.concatenate([[first], until[low:high]]), low

    def bounds(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Per (end, lane): first copy not taken (passes, u, doc_id), and the lane's tokens before it.

        kept: candidates taken, per end; -1 where an end stays where the one before it was.
        """
        after = self.ends.last + 1
        bits = self.layout.bits[self.ends.lane]
        passes = after >> bits
        place = (after & ((1 << bits) - 1)).astype(np.uint64)
        u = np.where(bits > 0, place << (np.uint64(64) - np.maximum(bits, 1).astype(np.uint64)), np.uint64(0))
        doc_id = np.full(len(after), FIRST)
        end = self.ends.end[self.entry]
        taken = np.arange(len(self.entry)) - self.start[end] < kept[end]
        left = np.flatnonzero(~taken)
        entry, first = np.unique(self.entry[left], return_index=True)
        row = self.row[left[first]]
        passes[entry], u[entry], doc_id[entry] = self.passes[left[first]], self.rows.u[row], self.rows.doc_id[row]
        stops = self.base.copy()
        np.add.at(stops, self.entry[taken], self.tokens[taken])
        return passes, u, doc_id, stops


def _choose(plan: MixPlan, ends: Ends, found: _Candidates) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line tokens at which each (phase, leaf) stops, their aims, and per end the candidates it takes (or -1)."""
    aims = plan.stops.copy()
    stops = np.zeros_like(aims)
    kept = np.full(len(ends.leaf), -1, np.int64)
    last = balancers(plan)
    previous = np.zeros(aims.shape[1], np.int64)
    for phase in range(len(aims)):
        stops[phase] = previous
        mine = np.flatnonzero(ends.phase == phase)
        for end in sorted(mine.tolist(), key=lambda e: ends.leaf[e] == last[phase]):
            leaf = int(ends.leaf[end])
            if leaf == last[phase]:
                others = stops[phase].sum() - stops[phase, leaf]
                aims[phase, leaf] = plan.stops[phase].sum() - others
            places, low = found.boundaries(end)
            at = _nearest(places[: np.searchsorted(places, plan.caps[leaf], side="right")], int(aims[phase, leaf]))
            if at >= 0 and places[at] >= previous[leaf]:
                stops[phase, leaf] = places[at]
                kept[end] = low + at
        previous = stops[phase]
    return stops, aims, kept


def _nearest(places: np.ndarray, aim: int) -> int:
    """The place nearest to the aim, the lower of two that are equally near; -1 where there is none."""
    at = min(int(np.searchsorted(places, aim)), len(places) - 1)
    return at - 1 if at > 0 and aim - int(places[at - 1]) <= int(places[at]) - aim else at


def _spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each i, counts[i] entries: i, and 0 to counts[i] - 1."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
