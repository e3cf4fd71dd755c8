"""Holds, for each stratum, the rows that were drawn lowest, while batches pass by."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from corpusmill.pipeline.evidence.strata import Strata


@dataclass
class Pool:
    """At most `most` rows of each stratum: those with the lowest draws, whatever the batches they come in."""

    most: int
    _bound: dict[str, float] = field(default_factory=dict)
    _held: list[tuple[pa.Table, np.ndarray]] = field(default_factory=list)
    _strata: dict[str, int] = field(default_factory=dict)
    _rows: int = 0

    def places(self, draw: np.ndarray, strata: Strata) -> np.ndarray:
        """Rows of a batch that may belong to the lowest: int64, rising. draw: in [0, 1), one a row.

        Rows of later batches that are drawn higher than enough of these are not named.
        """
        bound = np.array([self._bound.get(name, 1.0) for name in strata.names] or [1.0])
        codes: np.ndarray = strata.codes
        rows = np.flatnonzero(draw < bound[codes])
        if len(rows) > self.most:  # one more than are held, whose draw is the rate
            order = np.lexsort((draw[rows], codes[rows]))
            sorted_ = codes[rows][order]
            place = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
            over = order[place == self.most]
            self._bound |= {strata.names[int(codes[row])]: float(draw[row]) for row in rows[over].tolist()}
            rows = np.sort(rows[order[place <= self.most]])
        return rows

    def take(self, table: pa.Table, strata: Strata) -> None:
        """Hold rows that `places` named, with their column `_draw`. strata: theirs."""
        numbers = np.array([self._strata.setdefault(name, len(self._strata)) for name in strata.names] or [0])
        self._held.append((table, numbers[strata.codes]))
        self._rows += table.num_rows
        if self._rows > 2 * self.most * max(len(self._strata), 1):
            self._prune()

    def _prune(self) -> None:
        if not self._held:
            return
        table = pa.concat_tables([each[0] for each in self._held], promote_options="default")
        draw, stratum = table["_draw"].to_numpy(), np.concatenate([each[1] for each in self._held])
        order = np.lexsort((draw, stratum))
        sorted_ = stratum[order]
        place = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
        names = list(self._strata)
        over = place == self.most
        self._bound |= {
            names[s]: float(d) for s, d in zip(sorted_[over].tolist(), draw[order][over].tolist(), strict=True)
        }
        order = order[place < self.most]
        self._held = [(table.take(pa.array(order)), stratum[order])]
        self._rows = len(order)

    def rows(self) -> pa.Table | None:
        """All rows held, by stratum and draw; null before the first."""
        self._prune()
        return self._held[0][0] if self._held else None

    def rates(self) -> dict[str, float]:
        """Of each stratum met, the share of its documents that is held: 1 for all of them."""
        self._prune()
        return {name: self._bound.get(name, 1.0) for name in self._strata}
