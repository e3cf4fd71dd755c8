"""Adds up sparse histograms (text.cell_counts): each is a list of cells in the order of their bins.

The lists of one group are merged one after another; cells of equal bins become one.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.kernel import njit


@dataclass(frozen=True)
class CellLists:
    """Lists of cells, one below another: cells has bins, documents and bytes, int64[3, cells].

    offsets: where each list begins, and where the last one ends, int64[lists + 1].
    """

    offsets: np.ndarray
    cells: np.ndarray


def summed(lists: CellLists, groups: np.ndarray, shifts: np.ndarray) -> CellLists:
    """Add up the lists of each group, 0 to the highest: one list a group, in their order.

    groups, shifts: int64[lists]; a shift is the number of last bits that the bins of a list lose.

    >>> lists = CellLists(offsets=np.array([0, 3, 4]), cells=np.array([[3, 4, 9, 4], [1, 1, 1, 1], [30, 40, 90, 50]]))
    >>> summed(lists, np.zeros(2, np.int64), np.zeros(2, np.int64)).cells.tolist()
    [[3, 4, 9], [1, 2, 1], [30, 90, 90]]
    """
    order = np.argsort(groups, kind="stable")
    many = np.bincount(groups)
    longest = int(np.bincount(groups, weights=np.diff(lists.offsets)).max(initial=0))
    out, scratch = (np.empty((3, size), np.int64) for size in (lists.cells.shape[1], longest))
    offsets = np.zeros(len(many) + 1, np.int64)
    _sum(order, np.cumsum(many), lists.offsets, lists.cells, shifts, out, scratch, offsets)
    return CellLists(offsets, out[:, : offsets[-1]])


@njit(cache=True, nogil=True)
def _sum(order, ends, offsets, cells, shifts, out, scratch, out_offsets):  # noqa: ANN001, ANN202
    """Fill `out` and `out_offsets`. order: lists by group; ends: where those of each group end in it."""
    place, end = 0, 0
    for group in range(len(ends)):
        begin = end
        while place < ends[group]:
            each = order[place]
            place += 1
            before = end - begin  # cells of the group so far
            for i in range(before):
                scratch[0, i], scratch[1, i], scratch[2, i] = out[0, begin + i], out[1, begin + i], out[2, begin + i]
            at, old, last, shift = offsets[each], 0, begin - 1, shifts[each]
            while at < offsets[each + 1] or old < before:
                if old == before or (at < offsets[each + 1] and cells[0, at] >> shift <= scratch[0, old]):
                    key, many, size = cells[0, at] >> shift, cells[1, at], cells[2, at]
                    at += 1
                else:
                    key, many, size = scratch[0, old], scratch[1, old], scratch[2, old]
                    old += 1
                if last >= begin and out[0, last] == key:
                    out[1, last] += many
                    out[2, last] += size
                else:
                    last += 1
                    out[0, last], out[1, last], out[2, last] = key, many, size
            end = last + 1
        out_offsets[group + 1] = end
