"""The steps on a batch: decisions split at once, what a source fixes stands, every row is somewhere."""

import dataclasses

import pyarrow as pa
import pytest

from corpusmill.errors import ContractError
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Operator, Reader
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.steps.chain import Chain, reason_word


def chain(
    *steps: tuple[str, dict[str, object]],
    fixed: dict[str, str] | None = None,
    without: frozenset[int] = frozenset(),
    reads: dict[str, object] | None = None,
) -> Chain:
    reader = load.build("readers.jsonl", reads or {})
    assert isinstance(reader, Reader)
    made: list[tuple[str, Operator]] = [(n, load.equip(load.build(n, p), load.shipped)) for n, p in steps]
    return Chain(reader, made, fixed or {}, without=without)


def batch(texts: list[str]) -> Batch:
    columns = {name: pa.nulls(len(texts), dtype) for name, dtype in STANDARD.items()}
    return Batch(
        pa.table({**columns, "doc_id": pa.array(range(len(texts)), pa.int64()), "text": pa.array(texts, TEXT)})
    )


SHORT = ("decide.bounds", {"bounds": {"word_count": [2, None]}})
LONG = ("decide.bounds", {"bounds": {"word_count": [None, 3]}})


def test_a_dropped_row_keeps_its_measurements_and_is_seen_by_no_later_step():
    out = chain(("signals.counts", {}), SHORT, LONG).run(batch(["a", "a b", "a b c d"]))
    assert out.kept.column("doc_id").to_pylist() == [1]
    assert [(g.step, g.kind, g.reasons.to_pylist()) for g in out.dropped] == [
        ("decide.bounds", "dropped", ["word_count<2"]),
        ("decide.bounds", "dropped", ["word_count>3"]),
    ]
    assert out.dropped[0].table["word_count"].to_pylist() == [1]


def test_kept_columns_are_the_declared_ones():
    made = chain(("signals.counts", {}), SHORT)
    out = made.run(batch(["a b"]))
    assert {n: out.kept.table.schema.field(n).type for n in made.columns()} == dict(made.columns())


def test_what_the_source_fixes_wins_over_what_is_measured():
    out = chain(("signals.language", {}), fixed={"language": "xx", "domain": "law"}).run(batch(["This is English."]))
    assert out.kept.column("language").to_pylist() == ["xx"]
    assert out.kept.column("domain").to_pylist() == ["law"]


def test_a_step_that_would_give_documents_another_number_is_refused():
    with pytest.raises(ContractError, match="Renumber adds column 'doc_id', a reserved name"):
        chain(("tests.unit.config.craft.Renumber", {})).run(batch(["a"]))


def test_no_rows_go_through_all_steps():
    assert chain(("signals.counts", {}), SHORT).run(batch([])).kept.num_rows == 0


def test_the_countable_part_of_a_reason():
    reasons = pa.array(["truncated_gzip: 12 bytes short", "timeout", "not_html: application/pdf"])
    assert reason_word(reasons).to_pylist() == ["truncated_gzip", "timeout", "not_html"]


DECLARES = {"language": "lang"}


def declaring(texts: list[str], declared: list[str | None]) -> Batch:
    return batch(texts).with_columns({"declared_language": pa.array(declared, pa.string())})


def test_a_declared_language_is_the_language_where_no_step_measures_one():
    made = chain(("signals.counts", {}), reads=DECLARES)
    out = made.run(declaring(["a"] * 6, ["de", "deu,eng", '["eng_Latn","fra_Latn"]', "pt-BR", "", None])).kept
    assert out.column("language").to_pylist() == ["de", "deu", "eng_Latn", "pt-BR", None, None]
    assert out.column("declared_language").to_pylist()[1] == "deu,eng"
    assert made.language_from() == "declared_language"


@pytest.mark.parametrize(
    ("declared", "language"),
    [
        ('{"code":"en","p":0.9}', None),
        ('[{"code":"en"}]', None),
        ('[null,"de"]', "de"),
        ('["","fr"]', "fr"),
        ("[null]", None),
        ("[]", None),
        (" , ,en", "en"),
        ("zh-Hans", "zh-Hans"),
        ("en;q=0.9", "en"),
    ],
)
def test_what_names_no_language_is_none(declared, language):
    out = chain(("signals.counts", {}), reads=DECLARES).run(declaring(["a"], [declared])).kept
    assert out.column("language").to_pylist() == [language]
    assert out.column("declared_language").to_pylist() == [declared]


def test_both_are_kept_where_a_step_measures_one():
    made = chain(("signals.language", {}), reads=DECLARES)
    out = made.run(declaring(["This is English, as anyone can read."], ["de"])).kept
    assert [out.column(c).to_pylist() for c in ("language", "declared_language")] == [["en"], ["de"]]
    assert made.language_from() == "signals.language"


def test_a_language_under_another_name_leaves_the_declared_one():
    made = chain(("signals.language", {"column": "found"}), reads=DECLARES)
    out = made.run(declaring(["This is English."], ["de"])).kept
    assert [out.column(c).to_pylist() for c in ("language", "found")] == [["de"], ["en"]]


def test_a_fixed_language_wins_over_a_declared_one():
    made = chain(reads=DECLARES, fixed={"language": "fr"})
    assert made.run(declaring(["a"], ["de"])).kept.column("language").to_pylist() == ["fr"]
    assert made.language_from() == "fixed"


def test_a_later_part_that_measures_keeps_the_declared_one_out_of_earlier_parts():
    made = dataclasses.replace(chain(("signals.counts", {}), ("signals.language", {}), reads=DECLARES), end=1)
    assert made.run(declaring(["a"], ["de"])).kept.column("language").to_pylist() == [None]


def test_steps_that_are_not_for_a_source_are_passed_by():
    made = chain(("signals.counts", {}), SHORT, ("signals.line_shape", {}), without=frozenset([1, 2]))
    out = made.run(batch(["a"])).kept
    assert out.column("word_count").to_pylist() == [1]
    assert not {"bullet_ratio"} & {*made.columns()}
    assert out.num_rows == 1
