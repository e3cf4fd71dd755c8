"""The places near each end where a stretch may be cut: between which copies, and with how many tokens before."""

import numpy as np

from corpusmill.operators.mix.cuts.stretches import Ends, visits
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.supply.bins import Rows
from corpusmill.operators.mix.supply.leaves import PARTS
from corpusmill.operators.mix.supply.levels import Bins


class Boundaries:
    """The copies around every end, in the order of their leaf's line.

    Boundary k of an end lies behind its first k copies. tokens: of the leaf's line before each boundary, those of all
    ends one after the other, rising within each; first: the boundaries of end i are first[i] to first[i + 1]; owner:
    the end of each. usable: whether all copies of the leaf around a boundary are known, so that it may be cut there.
    """

    def __init__(self, plan: MixPlan, bins: Bins, ends: Ends, rows: Rows) -> None:
        rows, at = bins.inside(rows)
        order = np.lexsort((rows.doc_id, rows.u, at))
        self.rows = Rows(lane=rows.lane[order], u=rows.u[order], doc_id=rows.doc_id[order], tokens=rows.tokens[order])
        self.ends, at = ends, at[order]
        visited, visited_pass, first, behind = visits(bins.last, ends)
        begin = np.searchsorted(at, first)
        many, step = spread(np.searchsorted(at, behind) - begin)
        entry, row, passes = visited[many], begin[many] + step, visited_pass[many]
        parts = plan.leaves.lanes.parts[ends.lane]
        epoch = (passes + self.rows.u[row].astype(np.float64) * 2.0**-64) * PARTS / parts[entry]
        line = np.lexsort((self.rows.doc_id[row], self.rows.u[row], passes, entry, epoch, ends.end[entry]))
        self.entry, self.row, self.passes = entry[line], row[line], passes[line]
        self.copy_tokens = self.rows.tokens[self.row].astype(np.int64)
        self._line(epoch[line])

    def _line(self, epoch: np.ndarray) -> None:
        """Tokens before each boundary. epoch: of each copy."""
        count = len(self.ends.leaf)
        end = self.ends.end[self.entry]
        copies = np.bincount(end, minlength=count)
        self.first = np.concatenate([[0], np.cumsum(copies + 1)])
        self.start = np.concatenate([[0], np.cumsum(copies)])
        self.owner = np.repeat(np.arange(count), copies + 1)
        base = np.zeros(count, np.int64)
        np.add.at(base, self.ends.end, self.ends.base)
        behind = np.arange(len(end)) + end + 1  # the boundary behind each copy
        steps = np.zeros(len(self.owner), np.int64)
        steps[behind] = self.copy_tokens
        running = np.cumsum(steps)
        self.tokens = running - (running[self.first[:-1]] - base)[self.owner]
        early = np.bincount(end, weights=epoch < self.ends.low[end], minlength=count).astype(np.int64)
        inside = np.bincount(end, weights=epoch <= self.ends.high[end], minlength=count).astype(np.int64)
        number = np.arange(len(self.owner)) - self.first[self.owner]
        self.usable = (number >= early[self.owner]) & (number <= inside[self.owner])
        self.lowest, self.highest = self.first[:-1] + early, self.first[:-1] + inside

    def nearest(self, ends: np.ndarray, aims: np.ndarray, floors: np.ndarray, caps: np.ndarray) -> np.ndarray:
        """The usable boundary nearest to each aim, the lower of two equally near; -1 where none is between the limits.

        ends: numbers of ends. aims, floors, caps: tokens on the leaf's line, one an end.
        """
        high = self._last_at_most(ends, caps)
        at = np.minimum(self._last_at_most(ends, np.maximum(aims, self.tokens[self.lowest[ends]])), high)
        after = np.minimum(at + 1, high)
        there = at >= self.lowest[ends]
        safe, next_ = np.where(there, at, 0), np.where(there, after, 0)
        nearer = np.abs(self.tokens[next_] - aims) < np.abs(self.tokens[safe] - aims)
        found = np.where(nearer, next_, safe)
        return np.where(there & (self.tokens[found] >= floors), found, -1)

    def across(
        self, ends: np.ndarray, at: np.ndarray, aims: np.ndarray, floors: np.ndarray, caps: np.ndarray
    ) -> np.ndarray:
        """Of the two boundaries around each aim, the one that `at` is not; -1 where it is not between the limits, the
        aim is a boundary itself, or `at` is neither of the two. The arguments are as in `nearest`.
        """
        low = self._last_at_most(ends, aims)
        there = (low >= self.lowest[ends]) & (low < self.highest[ends])
        low = np.where(there, low, 0)
        high = np.minimum(low + 1, len(self.tokens) - 1)
        other = np.where(at == low, high, low)
        there &= (self.tokens[low] < aims) & ((at == low) | (at == high))
        return np.where(there & (floors <= self.tokens[other]) & (self.tokens[other] <= caps), other, -1)

    def around(self, aims: np.ndarray) -> np.ndarray:
        """Which boundaries are one of the two around the aim of their end. aims: one an end, all of them."""
        low = self._last_at_most(np.arange(len(aims)), aims)[self.owner]
        at = np.arange(len(self.owner))
        return (at == low) | (at == low + 1)

    def _last_at_most(self, ends: np.ndarray, limit: np.ndarray) -> np.ndarray:
        """The last usable boundary with at most so many tokens; one below the first where there is none."""
        low, high = self.lowest[ends] - 1, self.highest[ends].copy()
        while (low < high).any():
            middle = (low + high + 1) >> 1
            below = self.tokens[np.maximum(middle, 0)] <= limit
            open_ = low < high
            low = np.where(open_ & below, middle, low)
            high = np.where(open_ & ~below, middle - 1, high)
        return low

    def bounds(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Per (end, lane): first copy not taken (passes, u, doc_id), and the lane's tokens before it.

        kept: copies taken, per end; -1 where an end stays where the one before it was.
        """
        passes, u = self.ends.after_pass.copy(), self.ends.after_u.copy()
        doc_id = np.full(len(u), FIRST)
        end = self.ends.end[self.entry]
        taken = np.arange(len(self.entry)) - self.start[end] < kept[end]
        left = np.flatnonzero(~taken)
        entry, first = np.unique(self.entry[left], return_index=True)
        row = self.row[left[first]]
        passes[entry], u[entry], doc_id[entry] = self.passes[left[first]], self.rows.u[row], self.rows.doc_id[row]
        stops = self.ends.base.copy()
        np.add.at(stops, self.entry[taken], self.copy_tokens[taken])
        return passes, u, doc_id, stops


FIRST = np.int64(-1)  # before every doc_id


def spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each i, counts[i] entries: i, and 0 to counts[i] - 1."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
