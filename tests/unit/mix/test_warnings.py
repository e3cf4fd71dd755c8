"""What a plan says of itself that no number in its table shows: names and leaves that come to nothing."""

import re

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import SpecError
from corpusmill.operators.mix.plan.advise import advise
from corpusmill.operators.mix.plan.explain import explain
from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level, Phase
from corpusmill.operators.mix.spec.spec import Budget, MixSpec, Multiplier
from corpusmill.operators.mix.spec.weights import Explicit, Natural
from corpusmill.operators.mix.spec.where import Boost, Bound, Cap
from tests.property.mix.supplies import flat, languages, nested

THREE = languages({"en": 10_000, "de": 5_000, "fr": 1_000})
ONE_LANGUAGE = (Level(columns=("language",), weighting=Natural()),)


def documents(count: int, **more: object) -> pa.Table:
    rng = np.random.default_rng(0)
    return pa.table(
        {
            "doc_id": np.arange(count),
            "u": rng.integers(0, 2**64, count, np.uint64),
            "n_tokens": rng.integers(50, 200, count),
            "language": ["en"] * count,
            **more,
        }
    )


DE, DEE, DE_XX, XX, DE_FRR = ({"language": v} for v in (("de",), ("dee",), ("de", "xx"), ("xx",), ("de", "frr")))
ODD = {"en": 1, "de": 1, "fr": 1, "frr": 3}
BOOSTED = (Phase(name="a", share=1, boosts=(Boost(where=DE_FRR, factor=2),)),)
UNMATCHED = {
    "weights: no leaf 'frr', did you mean 'fr'?": nested(Natural(), Explicit(weights=ODD)),
    "bound on language=dee: no document has that, did you mean 'de'?": flat(
        Natural(), bounds=(Bound(where=DEE, max=0.2),)
    ),
    "bound on language=de|xx: no document has 'xx'": flat(Natural(), bounds=(Bound(where=DE_XX, min=0.2),)),
    "max_epochs of language=xx: no document has that": flat(Natural(), caps=(Cap(where=XX, max_epochs=1),)),
    "boost of language=de|frr: no document has 'frr', did you mean 'fr'?": flat(Natural(), phases=BOOSTED),
}


@pytest.mark.parametrize("said", UNMATCHED)
def test_names_that_pick_nothing_are_reported_in_the_plan_its_file_and_its_table(said):
    made = plan(THREE, UNMATCHED[said])
    assert made.unmatched == (said,)
    assert f"unmatched: {said}\n" in explain(made)
    assert from_json(to_json(made)).unmatched == (said,)


def test_a_mix_whose_names_all_pick_something_says_nothing():
    rules = Natural(), Explicit(weights={"en": 1, "*": 1})
    made = plan(THREE, nested(*rules, bounds=(Bound(where=DE, max=0.5),)))
    assert made.unmatched == ()
    assert "unmatched" not in explain(made)


def test_a_leaf_that_aims_at_less_than_half_of_its_longest_document_is_reported():
    weights = {"web/en": 1, "web/de": 0.0001, "web/fr": 0.0001}
    told = explain(plan(THREE, flat(Explicit(weights=weights), budget=Budget(tokens=10_000))))
    assert "2 leaves aim at less than half of their longest document and may get none: web/de, web/fr\n" in told
    assert "may get none" not in explain(plan(THREE, flat(Natural())))


def test_more_copies_of_a_document_than_can_be_numbered_are_refused():
    table = documents(2_000, copies=[1] * 1_999 + [12_000])
    spec = MixSpec(
        levels=ONE_LANGUAGE, multiplier=Multiplier(column="copies"), budget=Budget(multiple=3.3), max_epochs=50
    )
    with pytest.raises(SpecError, match=r"a document of en would be taken 39,6\d\d times, at most 32,767"):
        select_in_memory([table], spec, shards=4)


def test_what_repeated_tokens_are_worth_counts_each_document_as_often_as_its_multiplier_says():
    table = documents(2_000, weight=[0.0625] * 1_000 + [1.9375] * 1_000)
    found = select_in_memory([table], MixSpec(levels=ONE_LANGUAGE, multiplier=Multiplier(column="weight")), shards=4)
    times = np.bincount(found.assigned[0]["row"].to_numpy(), minlength=2_000)
    distinct = int(table["n_tokens"].to_numpy()[times > 0].sum())
    assert int(found.plan.distinct.sum()) == pytest.approx(distinct, rel=0.03)
    assert distinct < 0.6 * int(found.plan.taken.sum())
    assert distinct < float(found.plan.effective.sum()) < 1.0 * int(found.plan.taken.sum())
    assert advise(1e6, found.plan).unique_tokens == pytest.approx(distinct, rel=0.03)


@pytest.mark.parametrize("values", [[-1.0], [float("nan")], [2.0**14]])
def test_a_multiplier_out_of_its_range_says_what_was_expected(values):
    with pytest.raises(SpecError, match=re.escape("mix.multiplier reads 'weight': expected numbers in [0, 16384)")):
        select_in_memory(
            [documents(1, weight=values)],
            MixSpec(levels=ONE_LANGUAGE, multiplier=Multiplier(column="weight")),
            shards=1,
        )
