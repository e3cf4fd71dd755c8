"""The one order in which the sequences of a dataset are read, and who reads which of them.

Every sequence has a position in one order: a few row groups are read side by side, a block of rows of each in turn, and
where one ends the next begins. A run on W ranks takes positions in turn, its workers take batches in turn. What is left
after any number of steps is therefore "everything from position P on", whoever read the rest. Blocks as long as a
batch, and as many row groups side by side as there are readers, or a multiple, let each be decoded by one reader alone.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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
            raise ValueError(f"rank must be in 0..{self.world_size - 1} (world_size), got {self.rank}")
        if not 0 <= self.worker < self.workers or self.batch_size < 1:
            raise ValueError(f"no worker {self.worker} of {self.workers} with batches of {self.batch_size}")

    def reads(self, turns: np.ndarray) -> np.ndarray:
        """True for the turns that are this reader's; turn 0 is the first sequence after the start, whoever reads it."""
        own = turns // self.world_size
        return (turns % self.world_size == self.rank) & (own // self.batch_size % self.workers == self.worker)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A sequence: its position in the order, and where it is stored. last: its reader has no later row of the group."""

    position: int
    group: Group
    row: int
    last: bool = field(compare=False)


def epoch_groups(groups: Sequence[Group], *, epoch: int, seed: int | None) -> list[Group]:
    """The row groups in the order of an epoch: as written, or drawn anew for each epoch from a seed."""
    if seed is None:
        return list(groups)
    order = np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(len(groups))
    return [groups[k] for k in order]


@dataclass(frozen=True, kw_only=True)
class Stripes:
    """How row groups are read side by side: `groups` of them, made for `ranks` that take batches of `block` rows.

    There are as many lanes as groups, rounded up to a multiple of `ranks`.
    """

    groups: int = 1
    ranks: int = 1
    block: int = 1

    @property
    def lanes(self) -> int:
        return -(-self.groups // self.ranks) * self.ranks

    def slots(self, lane: int, first: int, count: int, at: int) -> np.ndarray:
        """Positions, int64, that a lane has from `at` on, as if no lane ever ended: from number `first` on."""
        rank, turn = lane % self.ranks, lane // self.ranks
        stretch = self.ranks * self.block
        period = self.lanes * self.block
        before = (at // period) * period + turn * stretch + rank  # the lane's first slot in the period that holds `at`
        skipped = min(max(-(-(at - before) // self.ranks), 0), self.block)
        number = skipped + first + np.arange(count)
        return before + number // self.block * period + number % self.block * self.ranks


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the rows of the groups of an epoch come: `slots` of each group, in the order in which groups begin.

    From `dense` on lanes end, and the others close the gaps.
    """

    groups: list[tuple[Group, int, int]]  # group, lane, number of its first slot in the lane
    dense: int


def places(ordered: Sequence[Group], stripes: Stripes, at: int) -> Places:
    """Give each row group, in order, to the lane that is free first."""
    free = [(int(stripes.slots(lane, 0, 1, at)[0]), lane, 0) for lane in range(stripes.lanes)]
    heapq.heapify(free)
    found = []
    for group in ordered:
        _, lane, first = heapq.heappop(free)
        found.append((group, lane, first))
        after = first + group.rows
        heapq.heappush(free, (int(stripes.slots(lane, after, 1, at)[0]), lane, after))
    return Places(groups=found, dense=free[0][0])


def rows_from(
    groups: Sequence[Group], *, position: int, reader: Reader, epochs: int | None, seed: int | None, stripes: Stripes
) -> Iterator[Row]:
    """The rows that `reader` reads when all readers start at `position` (over all epochs; None: for ever)."""
    total = sum(group.rows for group in groups)
    epoch = position // total if total else 0
    while total and (epochs is None or epoch < epochs):
        ordered = epoch_groups(groups, epoch=epoch, seed=seed)
        yield from epoch_rows(ordered, at=epoch * total, position=position, reader=reader, stripes=stripes)
        epoch += 1


def epoch_rows(ordered: Sequence[Group], *, at: int, position: int, reader: Reader, stripes: Stripes) -> Iterator[Row]:
    """The rows of one epoch, which begins at position `at`, that are this reader's."""
    placed = places(ordered, stripes, at)

    def mine(rows: np.ndarray) -> np.ndarray:
        return rows[:, (rows[0] >= position) & reader.reads(rows[0] - position)]

    def rows_of(number: int) -> np.ndarray:
        group, lane, first = placed.groups[number]
        slots = stripes.slots(lane, first, group.rows, at)
        return np.stack((slots, np.full(group.rows, number), np.arange(group.rows)))

    ends = [int(stripes.slots(lane, first + g.rows - 1, 1, at)[0]) for g, lane, first in placed.groups]
    late = [rows_of(number) for number, end in enumerate(ends) if end >= placed.dense]
    rest = np.concatenate([_NOTHING, *(rows[:, rows[0] >= placed.dense] for rows in late)], axis=1)
    rest = rest[:, np.argsort(rest[0], kind="stable")]
    rest[0] = placed.dense + np.arange(rest.shape[1])
    rest = mine(rest)
    later = np.bincount(rest[1], minlength=len(ordered)).tolist()  # rows of each group that come in `rest`
    held, left = _NOTHING, dict[int, int]()  # rows of groups that have begun: position, number of the group, row

    def ready(until: int | None) -> Iterator[Row]:
        nonlocal held
        held = held[:, np.argsort(held[0], kind="stable")]
        end = held.shape[1] if until is None else int(np.searchsorted(held[0], until))
        for place, number, row in held[:, :end].T.tolist():
            left[number] -= 1
            yield Row(position=place, group=ordered[number], row=row, last=not left[number])
        held = held[:, end:]

    for number in range(len(ordered)):
        rows = rows_of(number)
        yield from ready(min(int(rows[0, 0]), placed.dense))
        new = mine(rows[:, rows[0] < placed.dense])
        left[number] = new.shape[1] + later[number]
        held = np.concatenate((held, new), axis=1)
    yield from ready(None)
    held = rest
    yield from ready(None)


_NOTHING = np.zeros((3, 0), np.int64)
