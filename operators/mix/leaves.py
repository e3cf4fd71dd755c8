"""The supply: for each observed combination of the mix's columns, its documents and tokens."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from operators.mix.spec import Where

UNKNOWN = "unknown"  # the value of a leaf column that is null


@dataclass(frozen=True)
class LeafTable:
    """Leaves sorted by their values; a leaf's number is its place here, the same however the parts were cut.

    values: of each column, its distinct values, sorted. codes: (leaves, columns) int32, places in `values`.
    documents, tokens: int64, what can be mixed (without what is held out).
    """

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: np.ndarray
    documents: np.ndarray
    tokens: np.ndarray

    @classmethod
    def of(cls, parts: pa.Table, columns: tuple[str, ...]) -> Self:
        """Leaves of a table with `columns`, `documents` and `tokens`; rows of the same leaf are added up."""
        named = pa.table({c: _filled(parts.column(c)) for c in columns})
        named = named.append_column("documents", parts.column("documents")).append_column(
            "tokens", parts.column("tokens")
        )
        sums = named.group_by(list(columns)).aggregate([("documents", "sum"), ("tokens", "sum")])
        values, codes = [], []
        for c in columns:
            distinct = pc.unique(sums.column(c)).sort()
            values.append(tuple(distinct.to_pylist()))
            codes.append(pc.index_in(sums.column(c), distinct).to_numpy())
        stacked = np.stack(codes, axis=1).astype(np.int32) if codes else np.zeros((sums.num_rows, 0), np.int32)
        order = np.lexsort(stacked.T[::-1]) if columns else np.arange(sums.num_rows)
        documents = sums.column("documents_sum").to_numpy().astype(np.int64)[order]
        tokens = sums.column("tokens_sum").to_numpy().astype(np.int64)[order]
        return cls(columns, tuple(values), stacked[order], documents, tokens)

    def __len__(self) -> int:
        return len(self.tokens)

    def key(self, leaf: int) -> dict[str, str]:
        """The values of one leaf by column."""
        return {c: self.values[i][self.codes[leaf, i]] for i, c in enumerate(self.columns)}

    def matches(self, where: Where) -> np.ndarray:
        """Which leaves `where` picks, as booleans."""
        mask = np.ones(len(self), bool)
        for column, wanted in where.items():
            i = self.columns.index(column)
            places = [k for k, v in enumerate(self.values[i]) if v in wanted]
            mask &= np.isin(self.codes[:, i], places)
        return mask

    def leaf_of(self, rows: pa.Table) -> np.ndarray:
        """The leaf number of each row, int32; -1 where no leaf has these values."""
        known = np.ones(rows.num_rows, bool)
        mine = np.zeros(len(self), np.int64)
        theirs = np.zeros(rows.num_rows, np.int64)
        for i, c in enumerate(self.columns):
            codes = pc.fill_null(pc.index_in(_filled(rows.column(c)), pa.array(self.values[i], pa.string())), -1)
            place = codes.to_numpy().astype(np.int64)
            known &= place >= 0
            mine = mine * len(self.values[i]) + self.codes[:, i]
            theirs = theirs * len(self.values[i]) + place
        at = np.minimum(np.searchsorted(mine, theirs), max(len(self) - 1, 0))
        known &= (mine[at] == theirs) if len(self) else False
        return np.where(known, at, -1).astype(np.int32)


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.cast(column, pa.string()), UNKNOWN)
