"""The one order in which the sequences of a dataset are read, and who reads which of them.

Every sequence has a position in an order that knows nothing of ranks or workers: stripe after stripe of a few row
groups, inside a stripe the first row of each group, then the second of each, and so on. A run on W ranks takes
positions in turn. What is left after any number of steps is therefore "everything from position P on", whoever read
the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Group:
    """A row group of a shard."""

    shard: int
    group: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One of `world_size` ranks, and one of the `workers` of that rank, which take batches of `batch_size` in turn."""

    rank: int
    world_size: int
    worker: int = 0
    workers: int = 1
    batch_size: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world_size:
            raise ValueError(f"rank must lie in 0..{self.world_size - 1} (world_size), got {self.rank}")
        if not 0 <= self.worker < self.workers or self.batch_size < 1:
            raise ValueError(f"no worker {self.worker} of {self.workers} with batches of {self.batch_size}")

    def reads(self, turns: np.ndarray) -> np.ndarray:
        """True for the turns that are this reader's; turn 0 is the first sequence after the start, whoever reads it."""
        own = turns // self.world_size
        return (turns % self.world_size == self.rank) & (own // self.batch_size % self.workers == self.worker)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A sequence: its position in the order, and where it lies."""

    position: int
    group: Group
    row: int


def epoch_groups(groups: Sequence[Group], *, epoch: int, seed: int | None) -> list[Group]:
    """The row groups in the order of an epoch: as written, or drawn anew for each epoch from a seed."""
    if seed is None:
        return list(groups)
    order = np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(len(groups))
    return [groups[k] for k in order]


def rows_from(
    groups: Sequence[Group], *, position: int, reader: Reader, epochs: int | None, seed: int | None, stripe: int
) -> Iterator[Row]:
    """The rows that `reader` reads when all readers start at `position` (over all epochs; None: for ever)."""
    total = sum(group.rows for group in groups)
    epoch = position // total if total else 0
    while total and (epochs is None or epoch < epochs):
        at = epoch * total
        ordered = epoch_groups(groups, epoch=epoch, seed=seed)
        for first in range(0, len(ordered), stripe):
            lanes = ordered[first : first + stripe]
            size = sum(lane.rows for lane in lanes)
            if at + size > position:
                yield from stripe_rows(lanes, at=at, position=position, reader=reader)
            at += size
        epoch += 1


def stripe_rows(lanes: Sequence[Group], *, at: int, position: int, reader: Reader) -> Iterator[Row]:
    """The rows of one stripe, which begins at position `at`, that are this reader's."""
    lane = np.concatenate([np.full(group.rows, k) for k, group in enumerate(lanes)])
    row = np.concatenate([np.arange(group.rows) for group in lanes])
    order = np.lexsort((lane, row))
    positions = at + np.arange(len(order))
    wanted = np.flatnonzero((positions >= position) & reader.reads(positions - position))
    for k in wanted.tolist():
        yield Row(position=int(positions[k]), group=lanes[int(lane[order[k]])], row=int(row[order[k]]))
