"""What holds for every selection, by brute force over all documents."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.select.counts import count
from corpusmill.operators.mix.select.interleave import order_in_shard
from corpusmill.operators.mix.select.position import held_out
from corpusmill.operators.mix.select.select import Selection, layout_of, rows_of, select_in_memory, survey
from corpusmill.operators.mix.spec.schedule import Phase
from corpusmill.operators.mix.spec.spec import REHYDRATION, Budget, Multiplier
from corpusmill.operators.mix.spec.weights import Alpha, Explicit, Natural, Temperature
from corpusmill.operators.mix.spec.where import Bound
from corpusmill.operators.mix.supply.bins import Layout
from corpusmill.operators.mix.supply.histograms import histogram
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.levels import Bins
from tests.property.mix.supplies import corpus, flat, nested

PHASES = (Phase(name="first", share=0.6), Phase(name="last", share=0.4))
SPECS = {
    "all": flat(Temperature(temperature=3.33)),
    "half": flat(Alpha(alpha=0.5), budget=Budget(multiple=0.5)),
    "phases": nested(
        Temperature(temperature=3.33),
        Alpha(alpha=0.3),
        phases=PHASES,
        bounds=(Bound(where={"domain": ("law",)}, min=0.15, max=0.2),),
        held_out=0.05,
    ),
    "rehydrated": flat(Natural(), multiplier=Multiplier(column="copies", steps=REHYDRATION), phases=PHASES),
    "multiplied": nested(
        Alpha(alpha=0.4), Natural(), multiplier=Multiplier(column="copies"), budget=Budget(tokens=40_000)
    ),
}


def taken(units: list[pa.Table], found: Selection) -> pa.Table:
    """Every copy taken: doc_id, u, tokens and what `assign` says, by document, then pass."""
    parts = []
    for unit, out in zip(units, found.assigned, strict=True):
        for name in ("doc_id", "u", "n_tokens"):
            out = out.append_column(name, unit.column(name).take(out.column("row")))
        parts.append(out.drop(["row"]))
    return pa.concat_tables(parts).sort_by([("doc_id", "ascending"), ("pass", "ascending")])


def per_leaf(found: Selection, rows: pa.Table) -> np.ndarray:
    """(phases, leaves): tokens taken, counted from the documents."""
    out = np.zeros_like(found.plan.targets)
    np.add.at(out, (rows["phase"].to_numpy(), rows["leaf"].to_numpy()), rows["n_tokens"].to_numpy())
    return out


@pytest.mark.thorough
@pytest.mark.parametrize("name", SPECS)
def test_the_same_documents_however_they_are_divided(name):
    whole = corpus(3, 4000)
    expected = None
    for parts in (1, 7, 64):
        order = np.random.default_rng(parts).permutation(whole.num_rows)
        units = [whole.take(pa.array(rows)) for rows in np.array_split(order, parts)]
        rows = taken(units, select_in_memory(units, SPECS[name], shards=16))
        expected = rows if expected is None else expected
        assert rows.equals(expected)


@pytest.mark.thorough
@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_leaf_ends_within_half_a_document_and_the_total_within_one(name, seed):
    unit = corpus(seed, 3000)
    found = select_in_memory([unit], SPECS[name], shards=4)
    rows = taken([unit], found)
    sums = per_leaf(found, rows)
    assert (sums == found.cuts.taken).all()
    longest = found.plan.leaves.largest
    until = np.cumsum(sums, axis=0)
    wide = found.plan.stops + longest / 2 > found.plan.caps  # there the boundary below counts, be it nearest or not
    for phase, bounds in enumerate(p.bounds for p in found.plan.phases):
        for bound in bounds:  # and to keep a window a leaf may end on either side
            inside = found.plan.leaves.matches(bound.where)
            wide[phase] |= inside
            assert bound.min <= sums[phase, inside].sum() / sums[phase].sum() <= bound.max
    assert (np.abs(until - found.cuts.aims) <= np.where(wide, longest, longest / 2)).all()
    assert ((found.cuts.aims != found.plan.stops).sum(axis=1) <= 1).all()
    assert (until <= found.plan.caps).all()
    for phase, total in enumerate(until.sum(axis=1)):
        assert abs(total - found.plan.stops[phase].sum()) <= longest.max() / 2


@pytest.mark.parametrize("name", ["all", "half", "phases"])
def test_copies_of_a_document_are_as_even_as_can_be(name):
    """Without multipliers, any two documents of a leaf are taken equally often, or one time more."""
    unit = corpus(4, 3000)
    found = select_in_memory([unit], SPECS[name], shards=4)
    times = np.bincount(taken([unit], found)["doc_id"].to_numpy(), minlength=unit.num_rows)
    by_row = times[unit["doc_id"].to_numpy()]
    leaf = found.plan.leaves.leaf_of(unit)
    mixable = ~held_out(unit["held_u"].to_numpy(), found.plan.held_out)
    for k in np.unique(leaf):
        of_leaf = by_row[(leaf == k) & mixable]
        assert of_leaf.max() - of_leaf.min() <= 1
    assert not by_row[~mixable].any()


def test_copies_follow_the_formula_of_the_multiplier():
    """floor(m * e) + [u < frac(m * e)], with one e for the whole leaf."""
    unit = corpus(6, 3000)
    spec = flat(Natural(), multiplier=Multiplier(column="copies", steps=REHYDRATION), budget=Budget(multiple=0.7))
    found = select_in_memory([unit], spec, shards=4)
    rows = taken([unit], found)
    times = np.bincount(rows["doc_id"].to_numpy(), minlength=unit.num_rows)[unit["doc_id"].to_numpy()]
    starts, steps = np.array(REHYDRATION, float).T
    m = steps[np.searchsorted(starts, unit["copies"].to_numpy(), side="right") - 1]
    u = unit["u"].to_numpy() / 2.0**64
    leaf = found.plan.leaves.leaf_of(unit)
    for k in np.unique(leaf):
        mine = leaf == k
        taken_until = np.where(times[mine] > 0, (times[mine] - 1 + u[mine]) / m[mine], -np.inf).max()
        next_one = ((times[mine] + u[mine]) / m[mine]).min()
        assert taken_until <= next_one


def test_a_larger_budget_contains_the_smaller():
    unit = corpus(7, 3000)
    all_copies = []
    for multiple in (0.2, 0.5, 0.9, 1.6):
        spec = flat(
            Explicit(weights={"web/en": 3, "law/en": 1, "*": 1}), budget=Budget(multiple=multiple), max_epochs=50
        )
        found = select_in_memory([unit], spec, shards=4)
        rows = taken([unit], found)
        all_copies.append(np.bincount(rows["doc_id"].to_numpy(), minlength=unit.num_rows))
    for less, more in itertools.pairwise(all_copies):
        assert (less <= more).all()


def test_a_leaf_at_the_same_target_does_not_depend_on_the_others():
    """Law alone, and law at the same targets beside web, which is larger and so takes up what rounding leaves over.

    Documents are short beside the budget, so that no leaf is moved for an axis.
    """
    unit = corpus(8, 30_000, longest=40)
    law = unit.filter(pa.array([d == "law" for d in unit["domain"].to_pylist()]))
    weights = {"law/en": 20_000, "law/de": 9_000, "law/unknown": 1_000, "web/en": 40_000}
    chosen = []
    for weights_, rows in ((weights, unit), ({**weights, "web/en": 90_000, "web/de": 7_000}, unit), (weights, law)):
        there = {k: w for k, w in weights_.items() if rows is unit or k.startswith("law")}
        spec = flat(Explicit(weights={**there, "*": 0}), budget=Budget(tokens=sum(there.values())))
        found = select_in_memory([rows], spec, shards=4)
        names = ["/".join(found.plan.leaves.key(i)) for i in range(len(found.plan.leaves))]
        taken_ = taken([rows], found)
        chosen.append({(d, names[leaf]) for d, leaf in _pairs(taken_) if names[leaf].startswith("law")})
    assert chosen[0] == chosen[1]
    small = [{(d, n) for d, n in c if n != "law/en"} for c in chosen]
    assert small[0] == small[2]  # alone, law/en is the one that balances


def _pairs(rows: pa.Table) -> list[tuple[int, int]]:
    return list(zip(rows["doc_id"].to_pylist(), rows["leaf"].to_pylist(), strict=True))


def test_phases_take_consecutive_stretches_and_passes_follow_each_other():
    unit = corpus(9, 2000)
    found = select_in_memory([unit], SPECS["phases"], shards=8)
    rows = taken([unit], found)
    place = list(
        zip(
            rows["leaf"].to_pylist(),
            rows["pass"].to_pylist(),
            rows["u"].to_pylist(),
            rows["phase"].to_pylist(),
            strict=True,
        )
    )
    for (leaf, _, _, phase), (other, _, _, later) in itertools.pairwise(sorted(place)):
        if leaf == other:
            assert phase <= later


def test_shards_are_small_mixes_of_their_phase():
    unit = corpus(10, 60_000, longest=2000)
    found = select_in_memory([unit], SPECS["phases"], shards=8)
    rows = taken([unit], found)
    shard, leaf, tokens = (rows[c].to_numpy() for c in ("shard", "leaf", "n_tokens"))
    table = np.zeros((8, len(found.plan.leaves)))
    np.add.at(table, (shard, leaf), tokens)
    first = found.cuts.shards[0]
    for k in range(8):
        phase = 0 if k < first else 1
        planned = found.plan.targets[phase] / found.plan.targets[phase].sum()
        distance = 0.5 * np.abs(table[k] / table[k].sum() - planned).sum()
        assert distance <= (found.plan.leaves.largest * (planned > 0)).sum() / table[k].sum()
        assert distance < 0.01
    assert {int(p) for p, s in zip(rows["phase"].to_pylist(), shard, strict=True) if s < first} == {0}


@pytest.mark.thorough
@settings(max_examples=30)
@given(seed=st.integers(0, 100), bins=st.sampled_from([1, 8, 1 << 10]))
def test_any_number_of_bins_gives_the_same_cuts(seed, bins):
    unit = corpus(seed, 300)
    usual = taken([unit], select_in_memory([unit], SPECS["half"], shards=1))
    original = Layout.of.__func__
    try:
        Layout.of = classmethod(lambda cls, lanes: original(cls, lanes, bins))
        assert taken([unit], select_in_memory([unit], SPECS["half"], shards=1)).equals(usual)
    finally:
        Layout.of = classmethod(original)


def test_histograms_of_other_documents_are_refused():
    unit = corpus(11, 500)
    spec = SPECS["half"]
    made = plan(LeafTable.of(count(unit, spec), spec.columns()), spec)
    part = rows_of(unit.slice(0, 400), made)
    with pytest.raises(ValueError, match="lanes have other tokens than the plan's supply"):
        survey(made, [histogram(Bins.of(layout_of(made)), part)])


def test_more_phases_than_shards_are_refused():
    with pytest.raises(SpecError, match="1 shards for 2 phases"):
        select_in_memory([corpus(12, 200)], SPECS["phases"], shards=1)


def test_leaves_lie_evenly_in_a_shard_and_copies_far_apart():
    rng = np.random.default_rng(13)
    count = 4000
    leaf = rng.choice(3, count, p=[0.7, 0.25, 0.05])
    tokens = rng.integers(1, 400, count)
    u, doc = rng.integers(0, 2**64, count, dtype=np.uint64), np.arange(count)
    twice = [np.concatenate([x, x]) for x in (leaf, u, doc, tokens)]
    pass_ = np.repeat([0, 1], count)
    args = (twice[0], pass_, twice[1], twice[2], twice[3])
    order = order_in_shard(*args, names=("a", "b", "c"), shard=3, seed=1)
    assert sorted(order.tolist()) == list(range(2 * count))
    shuffled = rng.permutation(2 * count)
    again = order_in_shard(*(x[shuffled] for x in args), names=("a", "b", "c"), shard=3, seed=1)
    assert (shuffled[again] == order).all()
    shares = np.bincount(twice[0], weights=twice[3])
    shares /= shares.sum()
    for piece in np.array_split(order, 20):
        inside = np.bincount(twice[0][piece], weights=twice[3][piece], minlength=3)
        assert 0.5 * np.abs(inside / inside.sum() - shares).sum() < 0.02
    where = np.empty(2 * count)
    where[order] = np.cumsum(twice[3][order]) / twice[3].sum()
    apart = where[count:] - where[:count]
    assert apart.min() > 0.45
    assert apart.max() < 0.55
