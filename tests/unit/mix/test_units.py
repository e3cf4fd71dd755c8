"""A mix that is counted in rows or in supervised tokens is as exact in these as another one is in tokens."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import Infeasible, JobError
from corpusmill.operators.mix.plan.explain import explain
from corpusmill.operators.mix.plan.explain import table as plan_table
from corpusmill.operators.mix.plan.plan_json import from_json, to_json
from corpusmill.operators.mix.select.counts import ExclusionReason, count, excluded_rows
from corpusmill.operators.mix.select.select import Selection, select_in_memory
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.mix.spec.weights import Explicit, Temperature
from corpusmill.operators.mix.spec.where import Bound
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.stages.mix.supply import tokens_a_unit

DOCUMENTS = 6_000
LANGUAGES = ("de", "en", "sw")


def documents(seed: int = 0) -> pa.Table:
    """Documents of three languages; longer ones have fewer supervised tokens, and a few have none."""
    random = np.random.default_rng(seed)
    tokens = random.integers(20, 400, DOCUMENTS).astype(np.int32)
    supervised = np.minimum(tokens, 8_000 // tokens).astype(np.int32)
    supervised[:5] = 0
    return pa.table(
        {
            "doc_id": np.arange(DOCUMENTS),
            "u": random.integers(0, 2**64, DOCUMENTS, dtype=np.uint64),
            "n_tokens": tokens,
            "supervised_tokens": supervised,
            "language": random.choice(LANGUAGES, DOCUMENTS, p=[0.3, 0.65, 0.05]),
        }
    )


def selected(unit: Unit, rule: Temperature | Explicit, **more: object) -> tuple[pa.Table, Selection]:
    table = documents()
    spec = MixSpec(levels=(Level(columns=("language",), weighting=rule),), unit=unit, **more)  # pyright: ignore[reportArgumentType]
    return table, select_in_memory([table.slice(0, 1_000), table.slice(1_000)], spec, shards=3)


def by_language(table: pa.Table, found: Selection, sizes: np.ndarray) -> dict[str, int]:
    """What was taken of each language, copies counted, whatever the plan says."""
    first, second = (each["row"].to_numpy() for each in found.assigned)
    rows = np.concatenate([first, second + 1_000])
    language = np.array(table["language"].to_pylist())[rows]
    return {name: int(sizes[rows][language == name].sum()) for name in LANGUAGES}


def test_shares_are_exact_in_rows_however_long_documents_are():
    rule = Explicit(weights={"de": 0.25, "en": 0.25, "sw": 0.5})
    table, found = selected(Unit.ROWS, rule, budget=Budget(tokens=1_000))
    assert by_language(table, found, np.ones(DOCUMENTS, np.int64)) == {"de": 250, "en": 250, "sw": 500}


def test_temperature_and_bounds_of_rows_are_kept_to_the_row():
    bound = Bound(where={"language": ("sw",)}, max=0.1)
    table, found = selected(Unit.ROWS, Temperature(temperature=3), budget=Budget(tokens=2_001), bounds=(bound,))
    taken = by_language(table, found, np.ones(DOCUMENTS, np.int64))
    assert sum(taken.values()) == 2_001
    assert taken["sw"] == 200
    counts = {name: table["language"].to_pylist().count(name) for name in LANGUAGES}
    odds = (counts["de"] / counts["en"]) ** (1 / 3)
    assert taken["de"] == pytest.approx(1_801 * odds / (1 + odds), abs=1)


def test_supervised_tokens_meet_budget_and_shares_to_a_document():
    rule = Explicit(weights={"de": 0.4, "en": 0.5, "sw": 0.1})
    table, found = selected(Unit.SUPERVISED_TOKENS, rule, budget=Budget(tokens=60_000))
    sizes = table["supervised_tokens"].to_numpy().astype(np.int64)
    taken, longest = by_language(table, found, sizes), int(sizes.max())
    assert abs(sum(taken.values()) - 60_000) <= longest / 2
    for name, share in rule.weights.items():
        assert abs(taken[name] - share * 60_000) <= longest
    in_tokens = by_language(table, found, table["n_tokens"].to_numpy().astype(np.int64))
    assert abs(in_tokens["de"] / sum(in_tokens.values()) - 0.4) > 0.001  # it is not the same in all tokens


def test_documents_without_supervised_tokens_are_left_out_with_that_reason():
    table, found = selected(Unit.SUPERVISED_TOKENS, Temperature(temperature=1))
    copies = np.bincount(np.concatenate([found.assigned[0]["row"].to_numpy()]), minlength=1_000)
    reasons = excluded_rows(table.slice(0, 1_000), found.plan, copies)
    assert np.flatnonzero(reasons[ExclusionReason.UNSUPERVISED]).tolist() == [0, 1, 2, 3, 4]
    _, in_tokens = selected(Unit.TOKENS, Temperature(temperature=1))
    assert ExclusionReason.UNSUPERVISED not in excluded_rows(table, in_tokens.plan, np.ones(DOCUMENTS, np.int64))


@pytest.mark.parametrize("unit", list(Unit))
def test_a_plan_says_its_unit_in_every_form(unit):
    _, found = selected(unit, Temperature(temperature=2), budget=Budget(tokens=900))
    content = to_json(found.plan)
    again = from_json(content)
    assert again.unit is unit
    assert to_json(again) == content
    assert (b'"unit": ' in content) is (unit is not Unit.TOKENS)
    assert f'"{unit}": 900' in content.decode()
    assert sum(plan_table(again)[f"target_{unit}"].to_pylist()) == 900
    assert f"900 {unit.words} of" in explain(again)


def test_what_cannot_be_had_is_said_in_the_unit():
    with pytest.raises(Infeasible, match=r"needs 30,000 rows, .* largest budget is 6,000 rows"):
        selected(Unit.ROWS, Temperature(temperature=1), budget=Budget(tokens=30_000), max_epochs=1.0)


def test_the_tokens_of_a_row_are_told_by_the_counts():
    table, rule = documents(), Temperature(temperature=1)
    counts = count(table, MixSpec(levels=(Level(columns=("language",), weighting=rule),), unit=Unit.ROWS))
    assert tokens_a_unit(counts) == pytest.approx(float(np.mean(table["n_tokens"].to_numpy())))


def job(mix: str, tokens: str = "{}") -> str:
    return f"{{name: a, inputs: [{{source: s, paths: [x]}}], mix: {mix}, tokens: {tokens}}}"


@pytest.mark.parametrize(
    ("mix", "told"),
    [
        ("{unit: rows, budget_tokens: 10}", "the mix is counted in rows: write budget_rows"),
        ("{unit: rows, min_tokens: 10}", "the mix is counted in rows: write min_rows"),
        ("{budget_rows: 10}", "the mix is counted in tokens: write budget_tokens, or set unit: rows"),
        ("{unit: rows, budget_rows: 10, budget_multiple: 2.0}", "budget_rows and budget_multiple exclude each other"),
        ("{unit: supervised_tokens}", r"supervised tokens are of conversations: set `tokens\.template`"),
        ("{unit: pairs}", "did you mean 'rows'"),
    ],
)
def test_settings_that_do_not_fit_the_unit_are_refused_with_the_right_one(mix, told):
    with pytest.raises(JobError, match=told):
        parse(job(mix))


def test_budgets_in_each_unit_may_be_written_short():
    assert parse(job("{unit: rows, budget_rows: 1.5M, min_rows: 2k}")).mix.budget == 1_500_000
    supervised = parse(job("{unit: supervised_tokens, budget_tokens: 2B}", "{template: chatml}"))
    assert supervised.mix.budget == 2_000_000_000
