"""The supply: for each observed combination of the mix's columns, its documents and tokens.

A leaf whose documents carry different multipliers is made of lanes, one a multiplier; without multipliers a leaf is one
lane, and lane and leaf numbers are the same.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.mix.spec.where import Where

UNKNOWN = "unknown"  # the value of a leaf column that is null
PARTS = 64  # multipliers are whole 64ths: their sums are exact, and a leaf has few lanes
MOST_PARTS = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """Documents of a leaf that are taken equally often; sorted by (leaf, parts).

    leaf: int32. parts: multiplier in 64ths, int32, above 0. documents, tokens, largest (document, in tokens): int64.
    """

    leaf: np.ndarray
    parts: np.ndarray
    documents: np.ndarray
    tokens: np.ndarray
    largest: np.ndarray

    def __len__(self) -> int:
        return len(self.leaf)


@dataclass(frozen=True, kw_only=True)
class LeafTable:
    """Leaves sorted by their values; a leaf's number is its place here, the same however the parts were cut.

    values: of each column, its distinct values, sorted. codes: (leaves, columns) int32, places in `values`.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: np.ndarray
    lanes: Lanes

    @classmethod
    def of(cls, parts: pa.Table, columns: tuple[str, ...]) -> Self:
        """Leaves of (any number of concatenated) tables as `counts.count` makes them."""
        keys = [*columns, "multiplier_64"]
        sums = parts.group_by(keys).aggregate([("documents", "sum"), ("tokens", "sum"), ("largest", "max")])
        values, codes = [], []
        for c in columns:
            distinct = sums.column(c).unique().sort()
            values.append(tuple(distinct.to_pylist()))
            codes.append(pc.index_in(sums.column(c), distinct).to_numpy())
        multiplier = sums.column("multiplier_64").to_numpy()
        order = np.lexsort((multiplier, *codes[::-1]))
        stacked = np.stack(codes, axis=1).astype(np.int32)[order]
        new = np.ones(len(order), bool)
        new[1:] = (stacked[1:] != stacked[:-1]).any(axis=1)
        lanes = Lanes(
            leaf=(np.cumsum(new) - 1).astype(np.int32),
            parts=multiplier[order].astype(np.int32),
            documents=sums.column("documents_sum").to_numpy()[order].astype(np.int64),
            tokens=sums.column("tokens_sum").to_numpy()[order].astype(np.int64),
            largest=sums.column("largest_max").to_numpy()[order].astype(np.int64),
        )
        return cls(columns=columns, values=tuple(values), codes=stacked[new], lanes=lanes)

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def documents(self) -> np.ndarray:
        """Documents per leaf, int64."""
        return self._sum(self.lanes.documents)

    @cached_property
    def tokens(self) -> np.ndarray:
        """Tokens per leaf, each document once, int64."""
        return self._sum(self.lanes.tokens)

    @cached_property
    def line_tokens(self) -> np.ndarray:
        """Tokens per leaf, each document as often as its multiplier says, int64, rounded down."""
        return self._sum(self.lanes.tokens * self.lanes.parts) // PARTS

    @cached_property
    def largest(self) -> np.ndarray:
        """Tokens of the largest document per leaf, int64."""
        return (
            np.maximum.reduceat(self.lanes.largest, self.first_lane[:-1]) if len(self) else self._sum(self.lanes.leaf)
        )

    @cached_property
    def first_lane(self) -> np.ndarray:
        """Lanes of leaf i: first_lane[i] to first_lane[i + 1]."""
        return np.searchsorted(self.lanes.leaf, np.arange(len(self) + 1))

    def key(self, leaf: int) -> tuple[str, ...]:
        """The values of one leaf, in the order of `columns`."""
        return tuple(self.values[i][k] for i, k in enumerate(self.codes[leaf].tolist()))

    def matches(self, where: Where) -> np.ndarray:
        """Which leaves `where` picks, as booleans."""
        mask = np.ones(len(self), bool)
        for column, wanted in where.items():
            i = self.columns.index(column)
            places = [k for k, v in enumerate(self.values[i]) if v in wanted]
            mask &= np.isin(self.codes[:, i], places)
        return mask

    def leaf_of(self, rows: pa.Table) -> np.ndarray:
        """The leaf number of each row, int32, by its values in `columns`; -1 where there is no such leaf."""
        if not len(self):
            return np.full(rows.num_rows, -1, np.int32)
        known = np.ones(rows.num_rows, bool)
        mine = np.zeros(len(self), np.int64)
        theirs = np.zeros(rows.num_rows, np.int64)
        for i, c in enumerate(self.columns):
            code = pc.index_in(filled(rows.column(c)), pa.array(self.values[i], pa.string())).fill_null(-1).to_numpy()
            mine = mine * len(self.values[i]) + self.codes[:, i]
            theirs = theirs * len(self.values[i]) + code
            known &= code >= 0
            distinct = np.unique(mine)  # ranks instead of products: no number of columns overflows
            mine = np.searchsorted(distinct, mine)
            at = np.minimum(np.searchsorted(distinct, theirs), len(distinct) - 1)
            known &= distinct[at] == theirs
            theirs = at
        return np.where(known, theirs, -1).astype(np.int32)

    def lane_of(self, leaf: np.ndarray, multiplier_64: np.ndarray) -> np.ndarray:
        """The lane number of each row, int32; -1 where there is no such lane (also: where the multiplier is 0)."""
        mine = self.lanes.leaf.astype(np.int64) * MOST_PARTS + self.lanes.parts
        if not len(mine):
            return np.full(len(leaf), -1, np.int32)
        theirs = leaf.astype(np.int64) * MOST_PARTS + multiplier_64
        at = np.minimum(np.searchsorted(mine, theirs), len(mine) - 1)
        return np.where((leaf >= 0) & (mine[at] == theirs), at, -1).astype(np.int32)

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, self.first_lane[:-1]) if len(self) else np.zeros(0, np.int64)


def filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A leaf column as strings, `UNKNOWN` for null."""
    return column.cast(pa.string()).fill_null(pa.scalar(UNKNOWN))
