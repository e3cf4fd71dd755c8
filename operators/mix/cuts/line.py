"""Tokens along each lane as histograms tell them, in ever narrower bins where that is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.supply.bins import Layout
from corpusmill.operators.mix.supply.histograms import Histogram, added
from corpusmill.operators.mix.supply.leaves import Lanes
from corpusmill.operators.mix.supply.levels import Bins


@dataclass(frozen=True, kw_only=True)
class Line:
    """before: tokens in all narrowest bins before each. shift: per cell of them, what makes that tokens of its lane."""

    lanes: Lanes
    bins: Bins
    before: np.ndarray
    shift: np.ndarray

    @classmethod
    def of(cls, layout: Layout, histograms: Iterable[Histogram], lanes: Lanes) -> "Line":
        """The first level. ValueError if a lane lacks tokens."""
        before = added(int(layout.offsets[-1]), histograms)
        found = np.diff(before[layout.offsets])
        wrong = np.flatnonzero(found != lanes.tokens)
        if len(wrong):
            lane = wrong[0]
            raise ValueError(
                f"{len(wrong)} lanes have other tokens than the plan's supply, the first is {lane}: "
                f"{found[lane]:,} found, {lanes.tokens[lane]:,} planned; plan again, or give the documents of the plan"
            )
        return cls(lanes=lanes, bins=Bins.of(layout), before=before, shift=-before[layout.offsets[:-1]])

    def closer(self, bins: Bins, histograms: Iterable[Histogram]) -> "Line":
        """A level more. bins: what `bins.closer` gave. ValueError if a cell holds other tokens than it did."""
        before, level = added(len(bins), histograms), bins.last
        held = self.before[level.cells + 1] - self.before[level.cells]
        wrong = np.count_nonzero(np.diff(before[level.offsets]) != held)
        if wrong:
            raise ValueError(
                f"{wrong} of {len(held)} bins have other tokens than a pass before: documents have changed"
            )
        start = self.before[level.cells] + self.shift[self.bins.last.cell_of(level.cells)]
        return Line(lanes=self.lanes, bins=bins, before=before, shift=start - before[level.offsets[:-1]])

    def tokens(self, lane: np.ndarray, epoch: np.ndarray, *, full: bool) -> np.ndarray:
        """Tokens of each lane before a place on its line, at most (its bin counted in full), or at least. int64."""
        passes, u = place(epoch)
        cell, at = self.bins.find(lane, u)
        return self.before[at + full] + self.shift[cell] + passes * self.lanes.tokens[lane]


def place(epoch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places on lines, in passes through their lanes, as whole passes (int64) and a position (uint64).

    >>> [a.tolist() for a in place(np.array([0.5, 2.0]))]
    [[0, 2], [9223372036854775808, 0]]
    """
    passes = np.floor(epoch)
    return passes.astype(np.int64), ((epoch - passes) * 2.0**64).astype(np.uint64)
