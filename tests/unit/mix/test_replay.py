"""An earlier dataset in a mix: how large the mix is by itself, what is said when it cannot be, and small leaves."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import Infeasible
from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.select.select import Selection, select_in_memory
from corpusmill.operators.mix.spec.schedule import Level, Phase
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.spec.weights import Natural
from corpusmill.operators.mix.spec.where import Replay
from corpusmill.pipeline.verify.mixed import Mixed
from corpusmill.pipeline.verify.replayed import replay

NEW = 5_000  # documents of about 370 tokens in 20 leaves


def unit(old_leaves: int, documents_each: int, sources: tuple[str, ...] = ("old",)) -> pa.Table:
    draw = np.random.default_rng(0)
    old = old_leaves * documents_each
    return pa.table(
        {
            "doc_id": np.arange(NEW + old),
            "u": draw.integers(0, 2**63, NEW + old, dtype=np.uint64) * np.uint64(2),
            "source": ["new"] * NEW + [sources[i % len(sources)] for i in range(old)],
            "domain": [f"d{i % 20}" for i in range(NEW)] + [f"o{i // documents_each}" for i in range(old)],
            "n_tokens": draw.integers(150, 600, NEW + old).astype(np.int32),
        }
    )


def mixed(table: pa.Table, share: float, **more: object) -> Selection:
    where = {"source": tuple(sorted({*table["source"].to_pylist()} - {"new"}))}
    spec = MixSpec(
        levels=(Level(columns=("domain",), weighting=Natural()),),
        replay=Replay(where=where, share=share),
        **more,  # pyright: ignore[reportArgumentType]
    )
    return select_in_memory([table], spec, shards=2)


def taken(table: pa.Table, found: Selection) -> tuple[int, int, int]:
    """Tokens of the new data and of the old, and how often an old document is there at most."""
    rows = found.assigned[0]["row"].to_numpy()
    tokens, old = table["n_tokens"].to_numpy()[rows], np.array(table["source"].to_pylist())[rows] != "new"
    return int(tokens[~old].sum()), int(tokens[old].sum()), int(np.bincount(rows[old]).max(initial=0))


@pytest.mark.parametrize(("share", "max_epochs"), [(0.05, 4.0), (0.05, 1.0), (0.2, 4.0), (0.001, 4.0)])
def test_without_a_budget_the_mix_is_the_new_data_once_and_its_share_of_the_old(share, max_epochs):
    table = unit(400, 10)
    all_new = int(table["n_tokens"].to_numpy()[:NEW].sum())
    found = mixed(table, share, max_epochs=max_epochs)
    assert int(found.plan.taken.sum()) == int(all_new / (1 - share))
    new, old, _ = taken(table, found)
    assert new == pytest.approx(all_new, abs=1_200 + 0.012 * share * all_new)
    assert old / (new + old) == pytest.approx(share, rel=0.02)


def test_a_budget_that_is_given_is_kept():
    table = unit(400, 10)
    assert int(mixed(table, 0.05, budget=Budget(tokens=500_000)).plan.taken.sum()) == 500_000
    whole = int(table["n_tokens"].to_numpy().sum())
    assert int(mixed(table, 0.05, budget=Budget(multiple=1.0)).plan.taken.sum()) == whole


@pytest.mark.thorough
@pytest.mark.parametrize("share", [0.05, 0.01, 0.002, 0.0008])
@pytest.mark.parametrize(("leaves", "each"), [(1_000, 1), (1_000, 3), (300, 10)])
@pytest.mark.parametrize("sources", [("old",), ("old", "older")])
def test_many_small_leaves_keep_their_share_together_and_repeat_no_document(leaves, each, sources, share):
    table = unit(leaves, each, sources)
    new, old, copies = taken(table, mixed(table, share))
    assert abs(old / (new + old) - share) <= max(0.011 * share, 300 / (new + old))
    assert copies == 1


def test_every_phase_has_its_share():
    table = unit(1_000, 1)
    found = mixed(table, 0.01, phases=(Phase(name="a", share=0.7), Phase(name="b", share=0.3)))
    for phase in (0, 1):
        rows = found.assigned[0].filter(pa.compute.equal(found.assigned[0]["phase"], phase))["row"].to_numpy()
        tokens = table["n_tokens"].to_numpy()[rows]
        assert tokens[rows >= NEW].sum() / tokens.sum() == pytest.approx(0.01, rel=0.06)


@pytest.mark.parametrize(
    ("leaves", "more", "expected"),
    [
        (10, {}, r"mix\.replay \(source=old, share 0\.3\) needs .*lower mix\.replay\.share, raise its epochs"),
        (9_000, {"budget": Budget(multiple=1), "max_epochs": 1.0}, r"mix\.replay takes 0\.3 of it.*lower the budget"),
    ],
)
def test_a_mix_that_cannot_be_had_names_the_replay(leaves, more, expected):
    with pytest.raises(Infeasible, match=expected):
        mixed(unit(leaves, 1), 0.3, **more)


def test_the_plan_keeps_the_replay_and_verify_lists_what_came_of_it():
    table = unit(1_000, 1)
    found = mixed(table, 0.01)
    plan = from_json(to_json(found.plan))
    assert plan.replay == found.plan.replay
    tokens = np.zeros_like(plan.targets)
    columns = (found.assigned[0][c].to_numpy() for c in ("phase", "leaf", "row"))
    phase, leaf, row = columns
    np.add.at(tokens, (phase, leaf), table["n_tokens"].to_numpy()[row])
    told = replay(Mixed(plan=plan, parts=[], phase=np.zeros(0, int), tokens=tokens))
    assert told is not None
    assert "source=old 0.99" in told.message or "source=old 1.0" in told.message
    assert "1.0000% planned" in told.message
    assert not told.breaches
    tokens[:, plan.leaves.matches({"source": ("old",)})] = 0
    none = replay(Mixed(plan=plan, parts=[], phase=np.zeros(0, int), tokens=tokens))
    assert none is not None
    assert none.breaches
