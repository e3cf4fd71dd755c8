"""Holds, for each stratum, the rows that were drawn lowest, while batches pass by."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.pipeline.evidence.draws import draws


@dataclass
class Pool:
    """At most `most` rows of each stratum: those with the lowest draws, whatever the batches they come in."""

    most: int
    _bound: dict[str, float] = field(default_factory=dict)
    _held: list[tuple[pa.Table, np.ndarray, np.ndarray]] = field(default_factory=list)
    _strata: dict[str, int] = field(default_factory=dict)
    _rows: int = 0
    drawn: np.ndarray = field(default_factory=lambda: np.empty(0))  # the draws of the rows that `places` gave last
    _stratum: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def places(self, doc_ids: pa.ChunkedArray, strata: pa.Array) -> np.ndarray:
        """Rows of a batch that may belong to the lowest: int64, rising. strata: the name of each row's."""
        words = pc.fill_null(strata, "").dictionary_encode()
        names: list[str] = words.dictionary.to_pylist()
        codes = words.indices.to_numpy(zero_copy_only=False)
        bound = np.array([self._bound.get(name, 1.0) for name in names] or [1.0])
        draw = draws(doc_ids.to_numpy())
        rows = np.flatnonzero(draw < bound[codes])
        if len(rows) > self.most:  # one more than are held, whose draw is the rate
            order = np.lexsort((draw[rows], codes[rows]))
            sorted_ = codes[rows][order]
            place = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
            rows = np.sort(rows[order[place <= self.most]])
        numbers = np.array([self._strata.setdefault(name, len(self._strata)) for name in names] or [0])
        self.drawn, self._stratum = draw[rows], numbers[codes[rows]]
        return rows

    def take(self, table: pa.Table) -> None:
        """Hold the rows that `places` named last."""
        self._held.append((table, self.drawn, self._stratum))
        self._rows += table.num_rows
        if self._rows > 2 * self.most * max(len(self._strata), 1):
            self._prune()

    def _prune(self) -> None:
        if not self._held:
            return
        table = pa.concat_tables([each[0] for each in self._held], promote_options="default")
        draw, stratum = (np.concatenate([each[i] for each in self._held]) for i in (1, 2))
        order = np.lexsort((draw, stratum))
        sorted_ = stratum[order]
        place = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
        names = list(self._strata)
        over = place == self.most
        self._bound |= {
            names[s]: float(d) for s, d in zip(sorted_[over].tolist(), draw[order][over].tolist(), strict=True)
        }
        order = order[place < self.most]
        self._held = [(table.take(pa.array(order)), draw[order], stratum[order])]
        self._rows = len(order)

    def rows(self) -> pa.Table | None:
        """All rows held, by stratum and draw, with a column `_draw`; null before the first."""
        self._prune()
        if not self._held:
            return None
        table, draw, _ = self._held[0]
        return table.append_column("_draw", pa.array(draw))

    def rates(self) -> dict[str, float]:
        """Of each stratum met, the share of its documents that is held: 1 for all of them."""
        self._prune()
        return {name: self._bound.get(name, 1.0) for name in self._strata}
