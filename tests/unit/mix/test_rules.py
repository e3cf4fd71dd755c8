"""Each rule of the mix on a supply small enough to check by eye."""

import time

import numpy as np
import pytest

from corpusmill.errors import Infeasible, SpecError
from corpusmill.operators.mix.plan.advise import advise
from corpusmill.operators.mix.plan.plan import MixPlan, plan
from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.spec.schedule import HeadDecay, Phase, equal_phases
from corpusmill.operators.mix.spec.spec import Budget, OnExhausted
from corpusmill.operators.mix.spec.weights import Alpha, Explicit, Natural, QualityCurve, Temperature
from corpusmill.operators.mix.spec.where import Boost, Bound, Cap, Replay
from tests.property.mix.supplies import flat, languages, nested, supply

LAW_AND_WEB = supply(
    {("law", "de"): 5_000, ("law", "en"): 10_000, ("web", "de"): 500_000, ("web", "en"): 1_000_000, ("web", "sw"): 900}
)


def share(made: MixPlan, column: int, value: str, phase: int = 0) -> float:
    mine = [made.leaves.key(i)[column] == value for i in range(len(made.leaves))]
    return float(made.targets[phase][mine].sum() / made.targets[phase].sum())


def test_a_short_language_never_moves_its_domains_share():
    free = plan(
        LAW_AND_WEB, nested(Explicit(weights={"law": 1, "web": 9}), Alpha(alpha=0), budget=Budget(tokens=90_000))
    )
    assert share(free, 0, "law") == pytest.approx(0.1)
    assert free.taken[free.leaves.matches({"language": ("sw",)})].tolist() == [3_600]
    assert free.taken[free.leaves.matches({"domain": ("web",)})].sum() == 81_000


def test_windows_on_nodes_of_the_tree_and_across_it():
    bounds = (Bound(where={"domain": ("law",)}, min=0.15, max=0.2), Bound(where={"language": ("de",)}, min=0.5))
    made = plan(LAW_AND_WEB, nested(Natural(), Natural(), budget=Budget(tokens=100_000), bounds=bounds))
    assert 0.15 <= share(made, 0, "law") <= 0.2
    assert share(made, 1, "de") == pytest.approx(0.5, abs=1e-4)


def test_what_does_not_fit_is_named_with_need_have_and_the_largest_budget():
    spec = nested(
        Natural(), Natural(), budget=Budget(tokens=500_000), bounds=(Bound(where={"domain": ("law",)}, min=0.15),)
    )
    with pytest.raises(Infeasible) as caught:
        plan(LAW_AND_WEB, spec)
    assert str(caught.value) == (
        "domain=law needs 75,000 tokens, but its leaves have, within their epochs, 60,000; "
        "the largest budget is 400,000 tokens"
    )
    assert (caught.value.need, caught.value.have) == (75_000, 60_000)


def test_on_exhausted_error_names_the_leaf_and_shrink_budget_keeps_the_shares():
    rule = Temperature(temperature=3.33)
    with pytest.raises(Infeasible, match=r"web/sw needs .*its share runs out.*or say on_exhausted: redistribute"):
        plan(LAW_AND_WEB, flat(rule, budget=Budget(tokens=500_000), on_exhausted=OnExhausted.ERROR))
    small = plan(LAW_AND_WEB, flat(rule, budget=Budget(tokens=500_000), on_exhausted=OnExhausted.SHRINK_BUDGET))
    raw = LAW_AND_WEB.tokens ** (1 / 3.33)
    assert small.taken / small.taken.sum() == pytest.approx(raw / raw.sum(), abs=1e-4)
    assert small.epochs.max() == pytest.approx(4, abs=1e-2)


def test_caps_boosts_and_min_tokens():
    spec = flat(
        Natural(),
        budget=Budget(tokens=100_000),
        caps=(Cap(where={"domain": ("law",)}, max_epochs=0.01),),
        phases=(Phase(name="only", share=1, boosts=(Boost(where={"language": ("de",)}, factor=4),)),),
        min_tokens=1_000,
    )
    made = plan(LAW_AND_WEB, spec)
    assert made.taken[:2].tolist() == [50, 100]
    assert made.taken[2] == pytest.approx(2 * made.taken[3], abs=2)  # half as many tokens, four times the weight
    assert made.taken[4] == 0
    assert [made.reasons[k] for k in made.stopped[0]] == ["max_epochs", "max_epochs", "", "", "min_tokens"]


def test_replay_takes_exactly_its_share_and_leaves_the_rest_as_it_was():
    leaves = supply({("old", "en"): 30_000, ("old", "de"): 10_000, ("web", "en"): 700_000, ("web", "de"): 300_000})
    made = plan(
        leaves, flat(Natural(), budget=Budget(tokens=100_000), replay=Replay(where={"domain": ("old",)}, share=0.05))
    )
    assert dict(zip(map(made.leaves.key, range(4)), made.taken.tolist(), strict=True)) == {
        ("old", "de"): 1_250,
        ("old", "en"): 3_750,
        ("web", "de"): 28_500,
        ("web", "en"): 66_500,
    }


def test_the_head_fades_with_the_epochs_and_the_tail_is_boosted():
    """One line, `head_decay`: the head's weight is halved with each epoch of the supply."""
    leaves = languages({"en": 800_000, "de": 150_000, "fr": 50_000})
    spec = flat(
        Natural(), phases=equal_phases(3), budget=Budget(multiple=3), max_epochs=50, head_decay=HeadDecay(factor=0.5)
    )
    made = plan(leaves, spec)
    assert [round(share(made, 1, "en", phase), 4) for phase in range(3)] == [0.8, 0.6667, 0.5]
    assert [round(share(made, 1, "fr", phase), 4) for phase in range(3)] == [0.05, 0.0833, 0.125]


def test_a_ramp_goes_in_a_straight_line():
    leaves = languages({"de": 10**6, "en": 10**6})
    levels = (flat(Explicit(weights={"web/de": 1, "web/en": 0})).levels[0],)
    phases = (Phase(name="main", share=0.5), Phase(name="anneal", share=0.5, levels=levels, ramp_steps=4))
    made = plan(leaves, flat(Natural(), budget=Budget(tokens=800_000), phases=phases))
    assert [p.name for p in made.phases] == ["main", "anneal.1", "anneal.2", "anneal.3", "anneal.4"]
    assert [share(made, 1, "de", i) for i in range(5)] == pytest.approx([0.5, 0.625, 0.75, 0.875, 1.0])


def test_caps_hold_over_all_phases_and_each_gets_its_part():
    leaves = languages({"en": 10**6, "sw": 1_000})
    made = plan(leaves, flat(Alpha(alpha=0), budget=Budget(tokens=100_000), phases=equal_phases(4)))
    assert made.taken[1] == 4_000
    assert np.ptp(made.targets[:, 1]) <= 4


def test_a_thousand_leaves_down_to_weight_1e_9_lose_no_token_and_say_what_rounds_to_nothing():
    sizes = {f"{i:04}": max(int(10 ** (10 - 10 * i / 999)), 1) for i in range(1000)}
    weights = {f"web/{name}": 10 ** (-9 * i / 999) for i, name in enumerate(sizes)}
    made = plan(languages(sizes), flat(Explicit(weights=weights), budget=Budget(tokens=10**9), max_epochs=1000))
    assert made.taken.sum() == 10**9
    total = sum(weights.values())
    asked = np.array(list(weights.values())) / total * 10**9
    free = made.stopped[0] == 0
    assert free.sum() > 700
    assert np.abs(made.taken / asked - 1)[free & (asked > 1e6)].max() < 0.01
    nothing = made.taken == 0
    assert {made.reasons[k] for k in made.stopped[0][nothing]} <= {"under half a token"}


def test_an_edited_plan_is_checked():
    told = to_json(plan(LAW_AND_WEB, flat(Natural(), budget=Budget(tokens=1_000)))).decode()
    with pytest.raises(SpecError, match=r"phase all: leaves take 1,100 tokens, its budget is 1,000"):
        from_json(told.replace('"targets": [660]', '"targets": [760]').encode())
    with pytest.raises(SpecError, match="expected format"):
        from_json(b"{}")


def test_nothing_to_mix_is_said():
    with pytest.raises(SpecError, match="nothing to mix: 1 groups, none with 100 tokens or more"):
        plan(languages({"en": 10}), flat(Natural(), min_tokens=100))


def test_advice_for_a_model():
    made = plan(languages({"en": 10**6}), flat(Natural(), budget=Budget(multiple=4)))
    advice = advise(1e5, made)
    assert advice.optimal_tokens == 2e6
    assert advice.overtraining == 2.0
    assert advice.mean_epochs == 4.0
    assert advice.good_params == 2e5
    assert advice.effective_tokens == pytest.approx(10**6 * (1 + 15.39 * (1 - np.exp(-3 / 15.39))))
    assert "2.00 times compute-optimal" in str(advice)
    with pytest.raises(ValueError, match="params must be above 0"):
        advise(0, made)


def test_a_refusal_does_not_ask_the_rules_about_leaves_that_take_no_part():
    """A curve gives up to 1.2 times a domain's tokens; a small one, left out, would have to give its own ten times."""
    leaves = supply({("web", "high"): 10_000, ("web", "low"): 10_000, ("x", "low"): 1_000})
    rules = Explicit(weights={"web": 1, "x": 1}), QualityCurve(discard=0.4, max_factor=2)
    with pytest.raises(Infeasible, match="the budget needs 20,000 tokens"):
        plan(leaves, nested(*rules, min_tokens=5_000, max_epochs=0.5))


def test_of_a_very_large_mix_a_budget_far_below_the_requested_one_is_found_within_1_in_256():
    rng = np.random.default_rng(0)
    leaves = supply(
        {(f"d{i % 200:03}", f"l{i // 200:03}"): int(n) for i, n in enumerate(rng.integers(1, 9_000, 8_000))}
    )
    bounds = (Bound(where={"language": ("l003",)}, min=0.9),)
    spec = nested(Natural(), Natural(), budget=Budget(tokens=30_000_000), bounds=bounds, phases=equal_phases(3))
    begin = time.process_time()
    with pytest.raises(Infeasible, match=r"the largest budget found is ([\d,]+) tokens") as caught:
        plan(leaves, spec)
    assert time.process_time() - begin < 8
    most = int(caught.value.end.split()[-2].replace(",", ""))
    have = 4 * int(leaves.tokens[leaves.matches({"language": ("l003",)})].sum())
    assert 0.99 < most * 0.9 / have < 1.001


def test_bounds_that_contradict_each_other_are_both_named():
    leaves = supply({("old", "de"): 5_000, ("new", "de"): 5_000, ("new", "en"): 10_000})
    old, english = Bound(where={"domain": ("old",)}, min=0.6), Bound(where={"language": ("en",)}, min=0.6)
    with pytest.raises(Infeasible) as caught:
        plan(leaves, nested(Natural(), Natural(), budget=Budget(tokens=1_000), bounds=(old, english)))
    assert "domain=old" in str(caught.value)
    assert "language=en" in str(caught.value)
    new = Bound(where={"domain": ("new",)}, min=0.6)
    with pytest.raises(Infeasible, match=r"shares, domain=old \+ domain=new, needs 1,200"):
        plan(leaves, nested(Natural(), Natural(), budget=Budget(tokens=1_000), bounds=(old, new)))
