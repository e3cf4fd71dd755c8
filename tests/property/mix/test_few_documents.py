"""Leaves of few documents: the total holds all the same, and each leaf ends at a boundary around its target.

Nearest boundaries alone leave over far more than one leaf can take up: a third of each of 1,000 documents is nothing.
"""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpusmill.operators.mix.plan.rounding import balancers, bounded, leeway, may_fall_short, reserves
from corpusmill.operators.mix.select.select import Selection, select_in_memory
from corpusmill.operators.mix.spec.schedule import Level, Phase
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.spec.weights import Explicit, Temperature, Weighting
from corpusmill.operators.mix.spec.where import Bound
from corpusmill.operators.mix.supply import bins, levels
from tests.property.mix.supplies import COLUMNS

HOT = Temperature(temperature=3.33)
PHASES = (Phase(name="main", share=0.7), Phase(name="end", share=0.3))


def unit(seed: int, leaves: int, each: int, *, alike: bool) -> pa.Table:
    """So many leaves, in domains of 50 languages, with `each` documents: of 1,000 tokens, or most uneven ones."""
    rng = np.random.default_rng(seed)
    leaf = np.arange(leaves * each) % leaves
    count = len(leaf)
    tokens = np.full(count, 1000) if alike else np.clip(rng.lognormal(5, 1.3, count).astype(np.int64), 1, 50_000)
    return pa.table(
        {
            "domain": [f"d{i // 50:03}" for i in leaf.tolist()],
            "language": [f"l{i % 50:02}" for i in leaf.tolist()],
            "n_tokens": tokens,
            "u": rng.integers(0, 2**64, count, dtype=np.uint64),
            "doc_id": np.arange(count),
        }
    )


def mix(weighting: Weighting = HOT, **more: object) -> MixSpec:
    return MixSpec(levels=(Level(columns=COLUMNS, weighting=weighting),), **more)


def off(found: Selection) -> np.ndarray:
    """(phases, leaves): tokens off the plan by the end of each phase."""
    return np.cumsum(found.cuts.taken, axis=0) - found.plan.stops


def balancing(found: Selection) -> np.ndarray:
    """(phases, leaves): those that take up what others leave over, or did in a phase before."""
    own = reserves(found.plan) > 0
    own[np.arange(len(own)), balancers(found.plan)] = True
    return np.logical_or.accumulate(own)


@pytest.mark.thorough
@pytest.mark.parametrize("alike", [True, False], ids=["alike", "uneven"])
@pytest.mark.parametrize("each", [1, 3, 15])
@pytest.mark.parametrize("multiple", [0.03, 0.3, 0.6, 1.0, 2.3])
def test_the_total_is_within_half_a_document_and_leaves_within_one(multiple, each, alike):
    found = select_in_memory([unit(1, 1000, each, alike=alike)], mix(budget=Budget(multiple=multiple)), shards=4)
    largest, by = found.plan.leaves.largest, off(found)
    assert abs(by.sum()) <= largest.max() / 2
    assert (np.abs(by) <= largest)[~balancing(found)].all()
    assert (found.cuts.taken <= found.plan.caps).all()
    if each == 15 and not alike:
        assert (2 * np.abs(by) <= largest)[~balancing(found)].all()


def test_values_of_a_column_keep_their_shares_where_each_leaf_has_one_document():
    """Each leaf gives its document or nothing; a domain or language is off by a tenth of a point or half a document."""
    found = select_in_memory([unit(2, 5000, 1, alike=False)], mix(budget=Budget(multiple=0.4)), shards=4)
    plan, taken = found.plan, found.cuts.taken[0]
    for column, values in enumerate(plan.leaves.values):
        codes = plan.leaves.codes[:, column]
        there, wanted = (np.bincount(codes, weights=t / t.sum(), minlength=len(values)) for t in (taken, plan.taken))
        longest = np.zeros(len(values))
        np.maximum.at(longest, codes, plan.leaves.largest)
        assert (np.abs(there - wanted) <= np.maximum(0.001, longest / 2 / taken.sum())).all()


@pytest.mark.thorough
@settings(max_examples=60)
@example(seed=1, leaves=400, each=1, alike=True, low=-9, multiple=0.3, epochs=4, phases=(), window=None)
@example(seed=1, leaves=400, each=2, alike=False, low=-9, multiple=1.1, epochs=1.5, phases=PHASES, window=(0.1, 0.2))
@given(
    seed=st.integers(0, 999),
    leaves=st.sampled_from([60, 400]),
    each=st.integers(1, 6),
    alike=st.booleans(),
    low=st.sampled_from([0, -3, -9]),
    multiple=st.sampled_from([0.05, 0.3, 0.6, 1.1]),
    epochs=st.sampled_from([2.5, 4]),
    phases=st.sampled_from([(), PHASES]),
    window=st.sampled_from([None, (0.1, 0.2)]),
)
def test_total_leaves_caps_and_windows(seed, leaves, each, alike, low, multiple, epochs, phases, window):
    rng = np.random.default_rng(seed)
    names = [f"d{i // 50:03}/l{i % 50:02}" for i in range(leaves)]
    weights = dict(zip(names, (10.0 ** rng.uniform(low, 0, leaves)).tolist(), strict=True)) if low else None
    bounds = (Bound(where={"domain": ("d000",)}, min=window[0], max=window[1]),) if window and leaves > 60 else ()
    spec = mix(
        Explicit(weights=weights) if weights else HOT,
        budget=Budget(multiple=multiple),
        max_epochs=epochs,
        phases=phases,
        bounds=bounds,
    )
    found = select_in_memory([unit(seed, leaves, each, alike=alike)], spec, shards=4)
    plan, by, largest = found.plan, off(found), found.plan.leaves.largest
    longest = largest[plan.taken > 0].max()
    until = np.cumsum(found.cuts.taken, axis=0)
    assert (until[-1] <= plan.caps).all()
    room = ((plan.caps - until >= largest) & (plan.targets > 0)).any(axis=1)
    assert (np.abs(by.sum(axis=1)) <= longest)[room | (by.sum(axis=1) > 0)].all()
    inside = np.logical_or.accumulate(bounded(plan))
    allowed = np.where(inside, leeway(plan), largest)
    assert (np.abs(by) <= allowed)[~balancing(found)].all()
    for phase, row in zip(plan.phases, found.cuts.taken, strict=True):
        for bound in phase.bounds:
            width = (bound.max - bound.min) * row.sum()
            if 2 * longest <= width and room.all():
                assert bound.min <= row[plan.leaves.matches(bound.where)].sum() / row.sum() <= bound.max


@pytest.mark.thorough
@pytest.mark.parametrize("alike", [True, False], ids=["alike", "uneven"])
@pytest.mark.parametrize("most", [0, 1 << 40])
def test_the_same_documents_however_divided_and_counted(alike, most, monkeypatch):
    whole = unit(3, 600, 2, alike=alike)
    spec = mix(budget=Budget(multiple=0.6), phases=PHASES)
    expected = _copies(whole, select_in_memory([whole], spec, shards=4))
    monkeypatch.setattr(bins, "MOST_BINS", 64)
    monkeypatch.setattr(levels, "BINS", 1)
    for parts in (1, 7, 64):
        rows = np.random.default_rng(parts).permutation(whole.num_rows)
        units = [whole.take(pa.array(r)) for r in np.array_split(rows, parts)]
        found = select_in_memory(units, spec, shards=4, most=most)
        assert (sum(_copies(u, found, i) for i, u in enumerate(units)) == expected).all()


def _copies(table: pa.Table, found: Selection, part: int = 0) -> np.ndarray:
    """How often each document is taken, by doc_id."""
    doc_id = table["doc_id"].to_numpy()[found.assigned[part]["row"].to_numpy()]
    return np.bincount(doc_id, minlength=1200)


@pytest.mark.thorough
def test_hardly_a_leaf_gives_back_what_a_smaller_budget_took():
    """Of 15 documents a leaf one in 100, of one a leaf one in 12: sides are taken in one order, wherever it is cut."""
    for each, most in ((15, 0.01), (1, 0.08)):
        whole = unit(4, 1000, each, alike=False)
        taken = []
        for multiple in (0.2, 0.22, 0.3, 0.5, 0.9):
            found = select_in_memory([whole], mix(budget=Budget(multiple=multiple), max_epochs=50), shards=4)
            rows = whole["doc_id"].to_numpy()[found.assigned[0]["row"].to_numpy()]
            taken.append(np.bincount(rows, minlength=whole.num_rows))
        for less, more in itertools.pairwise(taken):
            assert np.maximum(less - more, 0).sum() <= most * less.sum()


def test_leaves_with_room_take_up_what_caps_inside_documents_keep_from_others():
    """Most leaves aim at one and a half epochs, which hardly ever is a boundary."""
    found = select_in_memory(
        [unit(5, 1000, 10, alike=False)], mix(budget=Budget(multiple=1.2), max_epochs=1.5), shards=4
    )
    short = may_fall_short(found.plan)
    assert short.sum() > 500
    assert off(found)[short].sum() < -found.plan.leaves.largest.max()
    assert abs(off(found).sum()) <= found.plan.leaves.largest.max()


def test_where_all_leaves_are_at_such_caps_no_more_can_be_taken():
    whole = unit(5, 1000, 10, alike=False)
    most = int(select_in_memory([whole], mix(max_epochs=1.5), shards=1).plan.caps.sum())
    found = select_in_memory([whole], mix(budget=Budget(tokens=most), max_epochs=1.5), shards=4)
    assert off(found).sum() < -found.plan.leaves.largest.max()
    assert (found.plan.caps - found.cuts.taken < found.plan.leaves.largest).all()
