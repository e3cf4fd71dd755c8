"""Bins inside bins: where many documents lie around a cut, narrower bins are counted there and nowhere else."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.supply.bins import BINS, Layout, Rows
from corpusmill.operators.mix.supply.leaves import Lanes

BINS_A_CELL, BINS_A_DOCUMENT = 8, 4.0  # of a level inside cut bins, on average; guesses
DEEPEST = 48  # bits of a position; places on a line are told as floats, of 53


@dataclass(frozen=True, kw_only=True)
class Level:
    """Bins inside cells: cell i has 2 ** bits[i] of equal width, from number offsets[i] on.

    cells: numbers of the cells among the bins of the level above, int64, rising; at the top the lanes. lane: of each
    cell, int32. depth: leading bits of a position that say which cell it is in. The order of bins is that of (lane, u).
    """

    cells: np.ndarray
    lane: np.ndarray
    depth: np.ndarray
    bits: np.ndarray
    offsets: np.ndarray

    def bin_of(self, cell: np.ndarray, u: np.ndarray) -> np.ndarray:
        """The bin of a position in a cell (given by its place in `cells`), int64."""
        below = u << self.depth[cell].astype(np.uint64)
        shift = 63 - self.bits[cell]
        return self.offsets[cell] + ((below >> np.uint64(1)) >> shift.astype(np.uint64)).astype(np.int64)

    def lanes(self, lane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first bin of each lane, and the one behind its last."""
        first, behind = np.searchsorted(self.lane, lane), np.searchsorted(self.lane, lane, side="right")
        return self.offsets[first], self.offsets[behind]

    def cell_of(self, bins: np.ndarray) -> np.ndarray:
        """Which cell a bin is in, as a place in `cells`."""
        return np.searchsorted(self.offsets, bins, side="right") - 1


@dataclass(frozen=True, kw_only=True)
class Bins:
    """The bins of all lanes, and inside of some of them narrower ones, level after level; numbers are of the last."""

    levels: tuple[Level, ...]

    @classmethod
    def of(cls, layout: Layout) -> "Bins":
        """One level: the bins of whole lanes."""
        lanes = np.arange(len(layout.bits))
        depth = np.zeros(len(lanes), np.int8)
        lane, bits = lanes.astype(np.int32), layout.bits.astype(np.int8)
        return cls(levels=(Level(cells=lanes, lane=lane, depth=depth, bits=bits, offsets=layout.offsets),))

    @property
    def last(self) -> Level:
        """The narrowest bins."""
        return self.levels[-1]

    def __len__(self) -> int:
        return int(self.last.offsets[-1])

    def find(self, lane: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cells (places in `last.cells`) and bins of positions that all lie inside."""
        cell, found = lane, self.levels[0].bin_of(lane, u)
        for level in self.levels[1:]:
            cell = np.searchsorted(level.cells, found)
            found = level.bin_of(cell, u)
        return cell, found

    def inside(self, rows: Rows) -> tuple[Rows, np.ndarray]:
        """The documents that lie in these bins, and the bin of each."""
        rows = rows.where(rows.lane >= 0)
        found = self.levels[0].bin_of(rows.lane, rows.u)
        for level in self.levels[1:]:
            cell, there = _among(level.cells, found)
            rows = rows.where(there)
            found = level.bin_of(cell[there], rows.u)
        return rows, found

    def refine(self, bins_of_interest: np.ndarray, rows: Rows) -> Rows:
        """The documents that lie in wanted bins (rising)."""
        inside, found = self.inside(rows)
        return inside.where(_among(bins_of_interest, found)[1])

    def documents(self, bins_of_interest: np.ndarray, lanes: Lanes) -> np.ndarray:
        """How many documents each of these bins holds, by its width: positions are spread evenly. float64."""
        cell = self.last.cell_of(bins_of_interest)
        depth = self.last.depth[cell].astype(np.float64) + self.last.bits[cell]
        return lanes.documents[self.last.lane[cell]] * np.exp2(-depth)

    def closer(self, bins_of_interest: np.ndarray, lanes: Lanes) -> "Bins":
        """A level more: narrower bins inside the wanted ones (rising), in all no more than a fixed number a cell."""
        holds, cell = self.documents(bins_of_interest, lanes), self.last.cell_of(bins_of_interest)
        depth = self.last.depth[cell] + self.last.bits[cell]
        most = max(BINS, BINS_A_CELL * len(bins_of_interest))
        part = holds * min(most / max(float(holds.sum()), 1.0), BINS_A_DOCUMENT)
        bits = np.minimum(np.floor(np.log2(np.maximum(part, 1.0))), DEEPEST - np.minimum(depth, DEEPEST)).astype(
            np.int8
        )
        offsets = np.concatenate([[0], np.cumsum(1 << bits.astype(np.int64))])
        level = Level(cells=bins_of_interest, lane=self.last.lane[cell], depth=depth, bits=bits, offsets=offsets)
        return Bins(levels=(*self.levels, level))


def _among(numbers: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each number asked for would stand among rising ones, and whether it is there."""
    at = np.minimum(np.searchsorted(numbers, queries), max(len(numbers) - 1, 0))
    return at, numbers[at] == queries if len(numbers) else np.zeros(len(queries), bool)
