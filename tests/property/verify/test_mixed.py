"""What the mixer makes is within what `verify` allows, whatever the documents; what it did not make is not."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpusmill.errors import SpecError
from corpusmill.operators.mix.select.select import Selection, select_in_memory
from corpusmill.operators.mix.spec.schedule import HeadDecay, Level, equal_phases
from corpusmill.operators.mix.spec.spec import REHYDRATION, Budget, MixSpec, Multiplier
from corpusmill.operators.mix.spec.weights import Explicit, Natural, Temperature, UniMax
from corpusmill.operators.mix.spec.where import Bound, Replay
from corpusmill.pipeline.verify.mixed import Mixed, budget, caps, farthest, leaves, parts, windows
from corpusmill.pipeline.verify.written import Leafwise

CHECKS = (budget, leaves, windows, caps)
DE = {"language": ("de",)}


def documents(count: int, longest: int, seed: int) -> pa.Table:
    """Documents in five languages of very different size; lengths over three orders of magnitude."""
    random = np.random.default_rng(seed)
    return pa.table(
        {
            "doc_id": np.arange(count),
            "u": random.integers(0, 2**64, count, np.uint64),
            "n_tokens": np.ceil(longest ** random.random(count)).astype(np.int32),
            "language": random.choice(["de", "en", "fr", "sw", "yo"], count, p=[0.2, 0.6, 0.17, 0.02, 0.01]),
            "copies": random.choice([1, 2, 4, 300], count, p=[0.7, 0.2, 0.09, 0.01]),
            "held_u": random.integers(0, 2**64, count, dtype=np.uint64),
        }
    )


def mixed_of(chosen: Selection, table: pa.Table) -> Mixed:
    """The shards of a selection, as parts."""
    (copies,) = chosen.assigned
    shard, leaf = copies["shard"].to_numpy(), copies["leaf"].to_numpy()
    tokens = table["n_tokens"].to_numpy().astype(np.int64)[copies["row"].to_numpy()]
    found = []
    for number in range(sum(chosen.cuts.shards)):
        names, place = np.unique(leaf[shard == number], return_inverse=True)
        sums = np.bincount(place, weights=tokens[shard == number], minlength=len(names)).astype(np.int64)
        found.append(Leafwise(leaf=names, tokens=sums))
    return Mixed.of(chosen.plan, found)


def chosen_from(table: pa.Table, spec: MixSpec) -> Selection | None:
    """The selection; none where the rules contradict each other or the documents (SpecError, Infeasible among them)."""
    try:
        return select_in_memory([table], spec, shards=4)
    except SpecError:
        return None


SPECS = st.builds(
    lambda rule, multiple, max_epochs, phases, decay, bounds, replay, multiplier, held_out: MixSpec(
        levels=(Level(columns=("language",), weighting=rule),),
        budget=Budget(multiple=multiple),
        max_epochs=max_epochs,
        phases=equal_phases(phases),
        head_decay=decay,
        bounds=bounds,
        replay=replay,
        multiplier=multiplier,
        held_out=held_out,
    ),
    rule=st.sampled_from([Natural(), Temperature(temperature=3.33), UniMax()]),
    multiple=st.sampled_from([0.1, 0.5, 1.0, 2.7]),
    max_epochs=st.sampled_from([2.9, 4]),
    phases=st.integers(1, 3),
    decay=st.sampled_from([None, HeadDecay(factor=0.5)]),
    bounds=st.sampled_from([(), (Bound(where=DE, min=0.25, max=0.3),), (Bound(where=DE, max=0.1),)]),
    replay=st.sampled_from([None, Replay(where={"language": ("fr",)}, share=0.05)]),
    multiplier=st.sampled_from([None, Multiplier(column="copies", steps=REHYDRATION)]),
    held_out=st.sampled_from([0.0, 0.05]),
)


@pytest.mark.thorough
@settings(max_examples=60)
@given(spec=SPECS, count=st.sampled_from([3, 40, 600]), longest=st.sampled_from([1, 50, 5000]), seed=st.integers(0, 99))
def test_what_the_mixer_makes_keeps_every_promise(spec, count, longest, seed):
    table = documents(count, longest, seed)
    chosen = chosen_from(table, spec)
    assume(chosen is not None)
    mixed = mixed_of(chosen, table)
    assert [breach for check in CHECKS for breach in check(mixed).breaches] == []
    assert parts(mixed)[0].breaches == ()


@pytest.mark.thorough
@pytest.mark.parametrize("epochs", [2.5, 4])
@pytest.mark.parametrize("multiple", [0.02, 0.3, 0.6, 1.1])
def test_it_does_so_with_two_documents_a_leaf_and_tells_of_leaves_that_end_far_off(multiple, epochs):
    table = documents(1500, 200, 2).append_column("topic", pa.array([f"{i % 750:03}" for i in range(1500)]))
    levels = (Level(columns=("language", "topic"), weighting=Temperature(temperature=3.33)),)
    spec = MixSpec(levels=levels, budget=Budget(multiple=multiple), max_epochs=epochs, phases=equal_phases(2))
    mixed = mixed_of(select_in_memory([table], spec, shards=4), table)
    assert [breach for check in CHECKS for breach in check(mixed).breaches] == []
    assert ("more than that half, to keep the budget" in leaves(mixed).message) == (farthest(mixed) > 1)
    assert multiple == 0.02 or farthest(mixed) > 1


def test_a_budget_that_caps_inside_documents_cannot_fill_is_no_breach_and_is_reported():
    table = documents(2000, 5000, 3).append_column("topic", pa.array([f"{i % 400:03}" for i in range(2000)]))
    levels = (Level(columns=("language", "topic"), weighting=Temperature(temperature=3.33)),)
    most = select_in_memory([table], MixSpec(levels=levels, max_epochs=1.5), shards=4).plan.caps.sum()
    spec = MixSpec(levels=levels, budget=Budget(tokens=int(most)), max_epochs=1.5)
    mixed = mixed_of(select_in_memory([table], spec, shards=4), table)
    found = budget(mixed)
    assert found.breaches == ()
    assert "no leaf has room for a document more below its cap" in found.message
    leaf = int(np.argmax(mixed.parts[0].tokens))
    lost = int(mixed.plan.leaves.largest[mixed.parts[0].leaf[leaf]])
    assert "too few" in budget(changed(mixed, 0, leaf, -lost)).breaches[0]


def test_leaves_that_were_planned_and_got_no_document_are_counted_and_named():
    names = [f"d{i:03}" if i < 50 else "web" for i in range(250)]
    rng = np.random.default_rng(0)
    table = pa.table(
        {
            "doc_id": np.arange(250),
            "u": rng.integers(0, 2**64, 250, np.uint64),
            "n_tokens": rng.integers(50, 2000, 250),
            "domain": names,
        }
    )
    weights = {f"d{i:03}": 10 ** (-4 * i / 49) for i in range(50)} | {"web": 20.0}
    levels = (Level(columns=("domain",), weighting=Explicit(weights=weights)),)
    mixed = mixed_of(select_in_memory([table], MixSpec(levels=levels, budget=Budget(multiple=0.5)), shards=2), table)
    none = np.flatnonzero((mixed.plan.taken > 0) & (mixed.tokens.sum(axis=0) == 0))
    assert len(none) > 20
    said = leaves(mixed)
    assert said.breaches == ()
    assert said.message.startswith(f"{51 - len(none)} groups; ")
    first = none[np.argmax(mixed.plan.taken[none])]
    assert f"{len(none)} planned, no document taken: d{first:03}, " in said.message
    assert said.message.endswith(f"and {len(none) - 8} more")


@pytest.fixture(scope="module")
def valid_mix() -> Mixed:
    spec = MixSpec(
        levels=(Level(columns=("language",), weighting=Temperature(temperature=2)),),
        bounds=(Bound(where=DE, min=0.3, max=0.35),),
    )
    table = documents(2000, 100, 1)
    return mixed_of(select_in_memory([table], spec, shards=4), table)


def changed(mixed: Mixed, part: int, leaf: int, by: int) -> Mixed:
    """The same with other tokens of one leaf in one part."""
    found = [Leafwise(leaf=p.leaf, tokens=p.tokens.copy()) for p in mixed.parts]
    found[part].tokens[leaf] += by
    return Mixed.of(mixed.plan, found)


def test_a_leaf_that_lost_documents_is_found(valid_mix):
    wrong = changed(valid_mix, 0, 0, -200)
    assert "de: " in leaves(wrong).breaches[0]
    assert "too few" in budget(changed(valid_mix, 0, 0, -200)).breaches[0]


def test_a_leaf_over_its_cap_is_found_to_the_token(valid_mix):
    leaf = int(np.argmax(valid_mix.tokens.sum(axis=0) - valid_mix.plan.caps))
    over = int(valid_mix.plan.caps[leaf] - valid_mix.tokens.sum(axis=0)[leaf])
    assert caps(changed(valid_mix, 0, leaf, over)).breaches == ()
    assert "at most" in caps(changed(valid_mix, 0, leaf, over + 1)).breaches[0]


def test_a_window_that_remains_is_found(valid_mix):
    assert "language=de has" in windows(changed(valid_mix, 0, 0, 40_000)).breaches[0]


def test_a_part_that_is_not_a_small_mix_is_found(valid_mix):
    moved = changed(changed(valid_mix, 0, 1, -3_000), 1, 1, 3_000)
    assert leaves(moved).breaches == ()
    assert "part 0 is" in parts(moved)[0].breaches[0]


def test_a_budget_that_comes_to_nothing_is_refused_in_words():
    spec = MixSpec(levels=(Level(columns=("language",)),), budget=Budget(multiple=0.1))
    with pytest.raises(SpecError, match="the budget of the mix comes to 0 tokens"):
        select_in_memory([documents(3, 1, 0)], spec, shards=4)
