"""However many bins there are, and however few documents are looked at one by one, the same ones are selected."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.select.counts import count
from corpusmill.operators.mix.select.select import InMemory, cut, layout_of, rows_of, select_in_memory, survey
from corpusmill.operators.mix.spec.schedule import Phase
from corpusmill.operators.mix.spec.spec import REHYDRATION, Budget, Multiplier
from corpusmill.operators.mix.spec.weights import Alpha, Natural
from corpusmill.operators.mix.spec.where import Bound
from corpusmill.operators.mix.supply import bins, levels
from corpusmill.operators.mix.supply.bins import Rows
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.levels import Bins
from tests.property.mix.supplies import corpus, flat, nested
from tests.property.mix.test_selection import SPECS, taken

SPECS = {
    **SPECS,
    "windows": nested(
        Natural(),
        Alpha(alpha=0.3),
        budget=Budget(multiple=0.7),
        phases=(Phase(name="a", share=0.2), Phase(name="b", share=0.5), Phase(name="c", share=0.3)),
        bounds=(Bound(where={"domain": ("law",)}, min=0.15, max=0.2), Bound(where={"language": ("de",)}, max=0.1)),
    ),
    "passes": flat(
        Natural(), budget=Budget(multiple=3.3), max_epochs=50, multiplier=Multiplier(column="copies", steps=REHYDRATION)
    ),
}


@dataclass(frozen=True)
class Seen(InMemory):
    """Units that know how deep they were looked into, and how many documents they gave."""

    deepest: list[int] = field(default_factory=list)
    given: list[int] = field(default_factory=list)

    def documents(self, bins: Bins, bins_of_interest: np.ndarray) -> Iterable[Rows]:
        self.deepest.append(len(bins.levels))
        for rows in super().documents(bins, bins_of_interest):
            self.given.append(len(rows))
            yield rows


@pytest.fixture
def few_bins(monkeypatch):
    """Sets how many bins the first histogram has in all, and those inside cut bins a cell."""

    def set_(first: int) -> None:
        monkeypatch.setattr(bins, "MOST_BINS", first)
        monkeypatch.setattr(levels, "BINS", 1)

    return set_


@pytest.mark.thorough
@pytest.mark.parametrize("first", [1, 64, 1 << 25])
@pytest.mark.parametrize("name", SPECS)
def test_as_if_all_documents_around_the_cuts_were_looked_at(name, first, few_bins):
    few_bins(first)
    whole = corpus(3, 6000, longest=1000)
    expected = taken([whole], select_in_memory([whole], SPECS[name], shards=16, most=1 << 40))
    for parts in (1, 7):
        units = [whole.take(pa.array(rows)) for rows in np.array_split(np.arange(whole.num_rows)[::-1], parts)]
        assert taken(units, select_in_memory(units, SPECS[name], shards=16, most=0)).equals(expected)


@pytest.mark.parametrize("first", [16, 1024])
@pytest.mark.parametrize("multiple", [0.25, 0.5, 1.0, 1.75])
def test_targets_that_are_boundaries_themselves(multiple, first, few_bins):
    few_bins(first)
    unit = corpus(5, 4096).drop(["n_tokens"]).append_column("n_tokens", pa.array(np.full(4096, 100)))
    spec = flat(Natural(), budget=Budget(multiple=multiple))
    expected = taken([unit], select_in_memory([unit], spec, shards=4, most=1 << 40))
    assert expected.num_rows == 4096 * multiple
    assert taken([unit], select_in_memory([unit], spec, shards=4, most=0)).equals(expected)


def test_documents_looked_at_do_not_get_more_with_the_documents(few_bins):
    few_bins(64)
    given = []
    for documents in (4_000, 20_000, 100_000):
        unit = corpus(6, documents, longest=1000)
        made = plan(LeafTable.of(count(unit, SPECS["half"]), ("domain", "language")), SPECS["half"])
        seen = Seen([rows_of(unit, made)])
        line = survey(made, seen.histograms(Bins.of(layout_of(made))))
        cut(made, line, seen, shards=4, most=0)
        given.append(sum(seen.given))
        assert max(seen.deepest) >= 2
    assert max(given[1:]) <= given[0] <= 300


def test_documents_that_change_between_passes_are_refused(few_bins):
    few_bins(16)
    unit = corpus(7, 3000)
    made = plan(LeafTable.of(count(unit, SPECS["half"]), ("domain", "language")), SPECS["half"])
    known = InMemory([rows_of(unit, made)])
    line = survey(made, known.histograms(Bins.of(layout_of(made))))
    other = InMemory([rows_of(unit.slice(0, 2900), made)])
    with pytest.raises(ValueError, match="documents have changed"):
        cut(made, line, other, shards=4, most=0)
