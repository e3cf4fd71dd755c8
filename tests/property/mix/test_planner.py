"""What holds for every plan: sums to the token, bounds, caps, monotone in the budget, and back from JSON unchanged."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corpusmill.errors import Infeasible, SpecError
from corpusmill.operators.mix.plan.check import breaches
from corpusmill.operators.mix.plan.plan import MixPlan, plan
from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.spec.schedule import HeadDecay, Phase
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.spec.weights import Alpha, Natural, Temperature, UniMax
from corpusmill.operators.mix.spec.where import Boost, Bound, Cap
from corpusmill.operators.mix.supply.leaves import LeafTable
from tests.property.mix.supplies import flat, nested, supply

DOMAINS, LANGUAGES = ("code", "law", "web"), ("de", "en", "fr", "sw")
SUPPLIES = st.dictionaries(
    st.tuples(st.sampled_from(DOMAINS), st.sampled_from(LANGUAGES)), st.integers(1, 10**8), min_size=1, max_size=12
).map(supply)
RULES = st.one_of(
    st.just(Natural()),
    st.just(UniMax()),
    st.floats(0, 1.2).map(lambda a: Alpha(alpha=a)),
    st.floats(0.8, 50).map(lambda t: Temperature(temperature=t)),
)
SHARES = st.floats(0, 1).map(lambda x: round(x, 3))


@st.composite
def bounds(draw) -> Bound:
    column, values = draw(st.sampled_from([("domain", DOMAINS), ("language", LANGUAGES)]))
    low, high = sorted((draw(SHARES), draw(SHARES)))
    return Bound(where={column: (draw(st.sampled_from(values)),)}, min=low / 2, max=high)


@st.composite
def specs(draw) -> MixSpec:
    names = ("warm", "main", "end")[: draw(st.integers(1, 3))]
    cuts = [draw(st.integers(1, 9)) for _ in names]
    phases = tuple(
        Phase(
            name=name,
            share=part / sum(cuts),
            boosts=draw(st.sampled_from([(), (Boost(where={"language": ("sw", "en", "de", "fr")}, factor=3.0),)])),
            ramp_steps=draw(st.sampled_from([0, 0, 3])),
        )
        for name, part in zip(names, cuts, strict=True)
    )
    return nested(
        draw(RULES),
        draw(RULES),
        bounds=tuple(draw(st.lists(bounds(), max_size=2))),
        budget=Budget(multiple=draw(st.sampled_from([0.01, 0.3, 1.0, 2.5]))),
        phases=draw(st.sampled_from([(), phases])),
        caps=draw(st.sampled_from([(), (Cap(where={"domain": ("law",)}, max_epochs=1.5),)])),
        head_decay=draw(st.sampled_from([None, HeadDecay(factor=0.5)])),
    )


def planned(leaves: LeafTable, spec: MixSpec) -> MixPlan | None:
    try:
        return plan(leaves, spec)
    except SpecError:
        return None


def refusal(leaves: LeafTable, spec: MixSpec) -> str:
    """Why there is no plan of this budget; empty where there is one, or the rules contradict each other."""
    try:
        plan(leaves, spec)
    except Infeasible as e:
        return str(e)
    except SpecError:
        return ""
    return ""


@pytest.mark.thorough
@settings(max_examples=50)
@given(leaves=SUPPLIES, spec=specs())
def test_sums_windows_and_caps_hold_to_the_token(leaves, spec):
    made = planned(leaves, spec)
    assume(made is not None)
    assert made.targets.sum(axis=1).tolist() == [p.tokens for p in made.phases]
    assert sum(p.tokens for p in made.phases) == spec.budget.of(int(leaves.tokens.sum()))
    assert breaches(made.leaves, made.phases, made.caps, made.targets, slack=0) == []
    assert (made.taken <= np.floor(4 * leaves.tokens)).all()


@pytest.mark.thorough
@settings(max_examples=30)
@given(leaves=SUPPLIES, spec=specs())
def test_a_plan_comes_back_from_json_byte_for_byte(leaves, spec):
    made = planned(leaves, spec)
    assume(made is not None)
    told = to_json(made)
    assert to_json(from_json(told)) == told


@pytest.mark.thorough
@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much])
@given(leaves=SUPPLIES, spec=specs())
def test_the_largest_feasible_budget_is_feasible_and_no_larger_one_is(leaves, spec):
    said = refusal(leaves, spec)
    assume("the largest budget is" in said)  # exact, not "found"
    most = int([word for word in said.split() if word[0].isdigit()][-1].replace(",", ""))
    fits = MixSpec(**{**vars(spec), "budget": Budget(tokens=most)})
    assert plan(leaves, fits).taken.sum() == most
    with pytest.raises(SpecError):
        plan(leaves, MixSpec(**{**vars(spec), "budget": Budget(tokens=most + 1)}))


@pytest.mark.parametrize("least", [(0.5, 0.5), (0.5, 0.25), (0.25, 0.5)])
def test_a_group_that_is_bound_twice_needs_the_larger_share_once(least):
    bounds = tuple(Bound(where={"language": ("en",)}, min=share, max=1.0) for share in least)
    spec = nested(Natural(), Natural(), bounds=bounds, max_epochs=4.0, budget=Budget(tokens=9))
    assert "the largest budget is 8 tokens" in refusal(supply({("code", "de"): 899, ("code", "en"): 1}), spec)


@pytest.mark.thorough
@given(leaves=SUPPLIES, rule=RULES, small=st.floats(0.01, 4), large=st.floats(0.01, 4))
def test_a_larger_budget_gives_no_leaf_less(leaves, rule, small, large):
    small, large = sorted((small, large))
    less = plan(leaves, flat(rule, budget=Budget(multiple=small)))
    more = plan(leaves, flat(rule, budget=Budget(multiple=large)))
    assert (less.taken <= more.taken + 1).all()  # one token: largest remainder


@pytest.mark.thorough
@given(leaves=SUPPLIES)
def test_temperature_1_on_every_level_is_natural(leaves):
    tempered = plan(leaves, nested(Temperature(temperature=1), Temperature(temperature=1)))
    assert np.abs(tempered.taken - leaves.tokens).max() <= 1
