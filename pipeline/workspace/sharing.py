"""Decides which new files share a shard number, and so a unit of work: many small files of one source.

A unit costs the cluster some milliseconds and the store some requests, whatever it holds. The decision is made once,
when a file is first seen, and stands in the inventory: files that come later share a unit among themselves, so that
adding a file runs that file alone, and taking one away runs only the unit it was in.
"""

from collections.abc import Sequence

import numpy as np

from corpusmill.pipeline.workspace.shards import MOST_SLOTS

SMALL_BYTES = 1 << 20  # as stored; more records than a slot counts would be shorter than 60 bytes each (guess)
UNIT_BYTES = (
    16 << 20
)  # of small files together: seconds of work, so that a unit's own cost is below a hundredth (guess)
FEW_FILES = (
    32  # of one source at a time: so few run one by one, for a small job would have no work for most of its CPUs
)


def places(sizes: np.ndarray, kinds: Sequence[int], may_share: np.ndarray, *, free: int) -> tuple[np.ndarray, ...]:
    """Shard numbers from `free` on and slots, int64, for files in the order given.

    sizes: bytes; kinds: equal for files of one source and reader; may_share: boolean, whole files of sources that may.
    """
    small = may_share & (sizes < SMALL_BYTES)
    codes = np.asarray(kinds, np.int64)
    many = np.bincount(codes[small], minlength=int(codes.max(initial=0)) + 1) > FEW_FILES
    shared = small & many[codes]
    numbers, slots = np.zeros(len(sizes), np.int64), np.zeros(len(sizes), np.int64)
    open_: dict[int, list[int]] = {}  # of each kind the unit that takes files: its number, files and bytes so far
    for row, (size, kind, shares) in enumerate(zip(sizes.tolist(), codes.tolist(), shared.tolist(), strict=True)):
        if not shares:
            numbers[row] = free
            free += 1
            continue
        unit = open_.get(kind)
        if unit is None or unit[1] == MOST_SLOTS or unit[2] + size > UNIT_BYTES:
            unit = open_[kind] = [free, 0, 0]
            free += 1
        unit[1] += 1
        unit[2] += size
        numbers[row], slots[row] = unit[0], unit[1]
    return numbers, slots
