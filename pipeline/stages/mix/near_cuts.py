"""What selection asks of tokenized units: histograms of their draws, and the few documents around cuts."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.select.counts import columns_read
from corpusmill.operators.mix.select.select import rows_of
from corpusmill.operators.mix.supply.bins import Rows
from corpusmill.operators.mix.supply.histograms import Histogram, histogram, merged
from corpusmill.operators.mix.supply.levels import Bins
from corpusmill.pipeline.stages.mix.grouped import Read
from corpusmill.pipeline.stages.mix.supply import light

ROWS = ("lane", "u", "doc_id", "tokens")


@dataclass(frozen=True)
class UnitQueries:
    """Asks all units at once. passes: gives a pass's answers, by its name, which tells all that decides them."""

    plan: MixPlan
    passes: Callable[[str, Read], Iterator[pa.Table]]

    def histograms(self, bins: Bins) -> Iterable[Histogram]:
        """Of some units each."""
        name = "histogram" if len(bins.levels) == 1 else f"histogram-{_name_of_bins(bins)}"
        return map(_histogram, self.passes(name, Histograms(self.plan, bins)))

    def documents(self, bins: Bins, bins_of_interest: np.ndarray) -> Iterable[Rows]:
        """Of some units each."""
        tables = self.passes(
            f"refine-{_name_of_bins(bins, bins_of_interest)}", NearCuts(self.plan, bins, bins_of_interest)
        )
        return (Rows(**{name: _numpy(table, name) for name in ROWS}) for table in tables)


def unit_rows(workspace: Store, unit: str, planned: MixPlan) -> Rows:
    """A tokenized unit as selection sees it."""
    return rows_of(light(workspace, unit, columns_read(planned)), planned)


@dataclass(frozen=True)
class Histograms:
    """Tokens along each leaf's line, or in some bins of it."""

    plan: MixPlan
    bins: Bins

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        return self._added(histogram(self.bins, unit_rows(workspace, unit, self.plan)) for unit in units)

    def add(self, tables: Iterable[pa.Table]) -> pa.Table:
        return self._added(map(_histogram, tables))

    def _added(self, parts: Iterable[Histogram]) -> pa.Table:
        found = merged(len(self.bins), parts)
        return pa.table({"bins": found.bins, "tokens": found.tokens})


@dataclass(frozen=True)
class NearCuts:
    """The documents around the cuts: few, of all units together."""

    plan: MixPlan
    bins: Bins
    bins_of_interest: np.ndarray

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        rows = (self.bins.refine(self.bins_of_interest, unit_rows(workspace, unit, self.plan)) for unit in units)
        return self.add(pa.table({name: getattr(r, name) for name in ROWS}) for r in rows)

    def add(self, tables: Iterable[pa.Table]) -> pa.Table:
        return pa.concat_tables(tables)


def _name_of_bins(bins: Bins, *more: np.ndarray) -> str:
    """A name for these bins."""
    out = hashlib.sha256()
    for array in (*(a for level in bins.levels for a in (level.cells, level.bits)), *more):
        out.update(array.tobytes())
    return out.hexdigest()[:16]


def _histogram(table: pa.Table) -> Histogram:
    return Histogram(bins=_numpy(table, "bins"), tokens=_numpy(table, "tokens"))


def _numpy(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy()
