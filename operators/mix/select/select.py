"""From a plan to documents, in steps that units and driver take in turn; nothing of the size of the corpus ever meets.

    unit    count(table, spec)                        driver  leaves = LeafTable.of(all of them, spec.columns())
                                                              plan = plan(leaves, spec)
    unit    rows = rows_of(table, plan)
            histogram(bins, rows)                     driver  line = survey(plan, histograms)
    unit    histogram(narrower bins, rows)            driver  cut(plan, line, units, shards=...): asks for as many
    unit    bins.refine(wanted, rows)                           of these as it needs
                                                              settled(plan, ...): plan and cut again, if need be
    unit    assign(cuts, rows)                        pack    order_in_shard(...)

Each step gives the same result however documents are divided into units. `select_in_memory` takes them all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from corpusmill.errors import SpecError
from corpusmill.operators.mix.cuts.boundaries import Boundaries
from corpusmill.operators.mix.cuts.choose import choose
from corpusmill.operators.mix.cuts.cuts import Cuts, cuts
from corpusmill.operators.mix.cuts.line import Line
from corpusmill.operators.mix.cuts.stretches import Ends, bins_to_survey, ends_of, nearer
from corpusmill.operators.mix.plan.plan import MixPlan, plan
from corpusmill.operators.mix.select.assign import assign
from corpusmill.operators.mix.select.counts import count, lanes_of
from corpusmill.operators.mix.select.windows import ROUNDS, narrowed
from corpusmill.operators.mix.solve.budget import Narrowed
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.supply.bins import Layout, Rows
from corpusmill.operators.mix.supply.histograms import Histogram, histogram
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.levels import Bins

LOOKED_AT = 1 << 20  # documents looked at one by one, of all units together, where that is enough: some 400 MB
LOOKED_AT_A_CUT = 2  # where there are so many cuts that this is more


class Units(Protocol):
    """What all units together tell; answers come one at a time, in any order and grouping."""

    def histograms(self, bins: Bins) -> Iterable[Histogram]:
        """`histogram` of every unit."""
        ...

    def documents(self, bins: Bins, bins_of_interest: np.ndarray) -> Iterable[Rows]:
        """`bins.refine` of every unit."""
        ...


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The plan, its cuts, and per unit what `assign` gave."""

    plan: MixPlan
    cuts: Cuts
    assigned: tuple[pa.Table, ...]


def rows_of(table: pa.Table, plan: MixPlan) -> Rows:
    """One unit's documents as selection sees them. table: `u` (uint64), `doc_id`, `n_tokens`, and what the mix reads.

    Documents that are held out, have multiplier 0 or no tokens, or whose leaf is not in the plan get lane -1.
    """
    return Rows(
        lane=lanes_of(table, plan.leaves, plan),
        u=table.column("u").to_numpy(),
        doc_id=table.column("doc_id").to_numpy().astype(np.int64),
        tokens=plan.unit.sizes(table),
    )


def layout_of(plan: MixPlan) -> Layout:
    """The bins of a plan's first histograms."""
    return Layout.of(plan.leaves.lanes)


def survey(plan: MixPlan, histograms: Iterable[Histogram]) -> Line:
    """How tokens lie, roughly. ValueError unless the histograms are of the plan's own documents."""
    return Line.of(layout_of(plan), histograms, plan.leaves.lanes)


def cut(plan: MixPlan, line: Line, units: Units, *, shards: int, most: int = LOOKED_AT) -> Cuts:
    """The exact cuts. line: what `survey` gave. SpecError: more phases than shards.

    At first only the boundaries on both sides of each target are looked for, unless those that a leaf may be moved to
    are few; where leaves have to be moved, theirs are looked for too. The cuts are the same either way.
    """
    around = ends_of(plan, line)
    wide = np.full(len(around.leaf), _documents(line, around) <= most)
    while True:
        bins, ends = _near(plan, line, around, wide, units, most)
        found = Boundaries(plan, bins, ends, _together(units.documents(bins, bins_to_survey(bins, ends))))
        chosen = choose(plan, ends, found)
        if not chosen.wider.any():
            return cuts(plan, layout_of(plan), line.before, found, chosen, shards=shards)
        wide |= chosen.wider


def _near(plan: MixPlan, line: Line, ends: Ends, wide: np.ndarray, units: Units, most: int) -> tuple[Bins, Ends]:
    """Bins so narrow that few documents lie around the ends, at least as few as `most` or LOOKED_AT_A_CUT for each."""
    if wide.all():
        return line.bins, ends
    ends = nearer(plan, line, ends, wide)
    while _documents(line, ends) > max(most, LOOKED_AT_A_CUT * len(ends.end)):
        bins = line.bins.closer(bins_to_survey(line.bins, ends), line.lanes)
        if not bins.last.bits.any():
            break
        line = line.closer(bins, units.histograms(bins))
        ends = nearer(plan, line, ends, wide)
    return line.bins, ends


def _documents(line: Line, ends: Ends) -> float:
    """How many documents are looked at one by one for these ends, about."""
    return float(line.bins.documents(bins_to_survey(line.bins, ends), line.lanes).sum())


def _together(parts: Iterable[Rows]) -> Rows:
    kept = list(parts)
    return Rows(
        lane=np.concatenate([np.zeros(0, np.int32), *(r.lane for r in kept)]),
        u=np.concatenate([np.zeros(0, np.uint64), *(r.u for r in kept)]),
        doc_id=np.concatenate([np.zeros(0, np.int64), *(r.doc_id for r in kept)]),
        tokens=np.concatenate([np.zeros(0, np.int64), *(r.tokens for r in kept)]),
    )


@dataclass(frozen=True)
class InMemory:
    """Units that fit into memory."""

    rows: Sequence[Rows]

    def histograms(self, bins: Bins) -> Iterable[Histogram]:
        """One a unit."""
        return (histogram(bins, r) for r in self.rows)

    def documents(self, bins: Bins, bins_of_interest: np.ndarray) -> Iterable[Rows]:
        """Those of each unit."""
        return (bins.refine(bins_of_interest, r) for r in self.rows)


def select_in_memory(units: Sequence[pa.Table], spec: MixSpec, *, shards: int, most: int = LOOKED_AT) -> Selection:
    """All the steps on units that fit into memory."""
    counts = pa.concat_tables([count(unit, spec) for unit in units])
    made = plan(LeafTable.of(counts, spec.columns()), spec)
    rows = [rows_of(unit, made) for unit in units]
    known = InMemory(rows)
    line = survey(made, known.histograms(Bins.of(layout_of(made))))
    made, ready = aligned(made, spec, lambda again: cut(again, line, known, shards=shards, most=most))
    return Selection(plan=made, cuts=ready, assigned=tuple(assign(ready, r) for r in rows))


def aligned(made: MixPlan, spec: MixSpec, cut_by: Callable[[MixPlan], Cuts]) -> tuple[MixPlan, Cuts]:
    """The plan whose binding windows end at documents, and its cuts. cut_by: surveys, refines and cuts a plan."""
    ready = cut_by(made)
    known: Narrowed = {}
    for _ in range(ROUNDS):
        aims = narrowed(made, ready, known)
        if aims is known:
            break
        try:
            again = plan(made.leaves, spec, aims)
        except SpecError:  # together the narrower windows cannot be had: the wider ones are kept as they ended
            break
        made, known = again, aims
        ready = cut_by(made)
    return made, ready
