"""Windows hold in what is selected, to the token, however long documents are beside them."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpusmill.operators.mix.plan.rounding import balancers, leeway
from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level, Phase
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.weights import Temperature
from corpusmill.operators.mix.spec.where import Bound

LAW = {"domain": ("law",)}
PHASES = (Phase(name="main", share=0.8), Phase(name="end", share=0.2))


def documents(seed: int, law_documents: int, longest: int) -> pa.Table:
    """Much of three domains, and law: one leaf of few, long documents."""
    rng = np.random.default_rng(seed)
    others = 4000
    count = others + law_documents
    domain = rng.choice(["code", "science", "web"], count, p=[0.2, 0.3, 0.5])
    domain[others:] = "law"
    tokens = rng.integers(1, 200, count)
    tokens[others:] = rng.integers(longest // 4, longest + 1, law_documents)
    return pa.table(
        {
            "domain": domain.tolist(),
            "language": rng.choice(["de", "en"], count).tolist(),
            "n_tokens": tokens,
            "u": rng.integers(0, 2**64, count, dtype=np.uint64),
            "doc_id": np.arange(count),
        }
    ).set_column(1, "language", pa.array(np.where(np.arange(count) < others, rng.choice(["de", "en"], count), "de")))


@pytest.mark.thorough
@settings(max_examples=40)
@example(seed=8, longest=8, window=(0.2, 0.3), phases=())  # law at the edge, and a total above the budget
@given(
    seed=st.integers(0, 999),
    longest=st.integers(8, 4000),
    window=st.sampled_from([(0.15, 0.2), (0.2, 0.3), (0.0, 0.06), (0.1, 0.16)]),
    phases=st.sampled_from([(), PHASES]),
)
def test_a_window_holds_in_every_phase_and_its_leaf_ends_where_the_plan_says(seed, longest, window, phases):
    unit = documents(seed, max(30, 200_000 // longest), longest)
    bound = Bound(where=LAW, min=window[0], max=window[1])
    levels = (Level(columns=("domain", "language"), weighting=Temperature(temperature=3.33)),)
    found = select_in_memory([unit], MixSpec(levels=levels, bounds=(bound,), phases=phases), shards=4)
    law = found.plan.leaves.matches(LAW)
    for phase, row in enumerate(found.cuts.taken):
        width = (bound.max - bound.min) * row.sum()
        if found.plan.leaves.largest[law].max() + found.plan.leaves.largest.max() <= width:
            assert bound.min <= row[law].sum() / row.sum() <= bound.max
        assert bound.min <= found.plan.targets[phase, law].sum() / found.plan.phases[phase].tokens <= bound.max + 1e-9
    until = np.cumsum(found.cuts.taken, axis=0)
    at_cap = found.plan.stops + found.plan.leaves.largest > found.plan.caps
    off = np.abs(until - found.plan.stops) <= leeway(found.plan)
    if not law[balancers(found.plan)].any():
        assert off[:, law][~at_cap[:, law]].all()


def test_the_plan_aims_at_a_document_inside_a_window_that_binds():
    """Law would have less than 15 %; its documents have a percent each, so that no boundary lies at the edge."""
    unit = documents(5, 60, 4000)
    levels = (Level(columns=("domain", "language"), weighting=Temperature(temperature=1.5)),)
    spec = MixSpec(levels=levels, bounds=(Bound(where=LAW, min=0.4, max=0.5),), max_epochs=8)
    found = select_in_memory([unit], spec, shards=4)
    law = found.plan.leaves.matches(LAW)
    planned, taken = found.plan.targets[0, law].sum(), found.cuts.taken[0, law].sum()
    total = found.plan.phases[0].tokens
    assert 0.4 < planned / total < 0.4 + 4000 / total * 2
    assert abs(planned - taken) <= 0.0001 * total
    assert found.plan.phases[0].bounds == spec.bounds


@pytest.mark.parametrize("seed", range(5))
def test_shares_along_each_axis_come_within_a_tenth_of_a_point(seed):
    """Nearest boundaries alone would leave some values of a column off by more."""
    rng = np.random.default_rng(seed)
    count = 6000
    unit = pa.table(
        {
            "domain": rng.choice(list("abcdefgh"), count).tolist(),
            "language": rng.choice([f"l{i:02}" for i in range(20)], count).tolist(),
            "n_tokens": np.ceil(4000 ** rng.random(count)).astype(np.int64),
            "u": rng.integers(0, 2**64, count, dtype=np.uint64),
            "doc_id": np.arange(count),
        }
    )
    levels = (Level(columns=("domain", "language"), weighting=Temperature(temperature=3.33)),)
    found = select_in_memory([unit], MixSpec(levels=levels), shards=4)
    plan, taken = found.plan, found.cuts.taken.sum(axis=0)
    for column, values in enumerate(plan.leaves.values):
        codes = plan.leaves.codes[:, column]
        there, wanted = (np.bincount(codes, weights=t / t.sum(), minlength=len(values)) for t in (taken, plan.taken))
        assert np.abs(there - wanted).max() <= 0.001
