"""Decisions by words and flags, of every type a column may have; what becomes of null is the job's choice."""

import pyarrow as pa
import pytest

from corpusmill.errors import ContractError, JobError
from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision
from corpusmill.pipeline.config.load import parse


def reasons(params: dict[str, object], **columns: pa.Array) -> list[str | None]:
    decision = load.build("decide.values", params)
    assert isinstance(decision, Decision)
    return decision(Batch(pa.table(columns))).to_pylist()


LICENCES = pa.array(["cc0-1.0", "cc-by-4.0", "cc-by-nc-4.0", None])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"keep": ["cc0-1.0", "cc-by-4.0"]}, [None, None, "is another", "is null"]),
        ({"keep": ["cc0-1.0", None]}, [None, "is another", "is another", None]),
        ({"keep": [None]}, ["is not null", "is not null", "is not null", None]),
        ({"keep": ["cc0-1.0"], "null": "keep"}, [None, "is another", "is another", None]),
        ({"drop": ["cc-by-nc-4.0"]}, [None, None, "=cc-by-nc-4.0", None]),
        ({"drop": ["cc-by-nc-4.0", "cc0-1.0"]}, ["=cc0-1.0", None, "=cc-by-nc-4.0", None]),
        ({"drop": ["cc0-1.0"], "null": "drop"}, ["=cc0-1.0", None, None, "is null"]),
        ({"drop": [None]}, [None, None, None, "is null"]),
        ({"keep": ["CC0-1.0"]}, ["is another", "is another", "is another", "is null"]),
    ],
)
@pytest.mark.parametrize("dtype", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_words(rule, expected, dtype):
    wanted = [r if r is None else f"licence{r}" if r[0] == "=" else f"licence {r}" for r in expected]
    assert reasons({"values": {"licence": rule}}, licence=LICENCES.cast(dtype)) == wanted


def test_null_of_all_columns_and_of_one():
    columns = {"a": pa.array([None, "x", None]), "b": pa.array(["y", None, None])}
    rules = {"a": {"drop": ["z"]}, "b": {"drop": ["z"], "null": "keep"}}
    assert reasons({"values": rules, "null": "drop"}, **columns) == ["a is null", None, "a is null"]


def test_flags_and_whole_numbers():
    assert reasons({"values": {"noai": {"drop": [True]}}}, noai=pa.array([True, False, None])) == [
        "noai=true",
        None,
        None,
    ]
    assert reasons({"values": {"ok": {"keep": [True]}}}, ok=pa.array([True, False, None])) == [
        None,
        "ok is another",
        "ok is null",
    ]
    assert reasons({"values": {"n": {"drop": [3]}}}, n=pa.array([3, 4, None], pa.int32())) == ["n=3", None, None]


@pytest.mark.parametrize("dtype", [pa.uint8(), pa.int8(), pa.uint64(), pa.int64()], ids=str)
def test_a_number_that_a_column_cannot_hold_is_none_of_its_values(dtype):
    column = pa.array([3, 4, None], dtype)
    assert reasons({"values": {"n": {"drop": [3, 300, -300, 2**65]}}}, n=column) == ["n=3", None, None]
    assert reasons({"values": {"n": {"keep": [3, -300, 2**65]}}}, n=column) == [None, "n is another", "n is null"]


def test_of_a_list_one_word_is_enough():
    tags = pa.chunked_array([pa.array([["spam", "a"], ["a"], [], None, [None, "spam"]])]).combine_chunks()
    assert reasons({"values": {"tags": {"drop": ["spam"]}}}, tags=tags) == ["tags=spam", None, None, None, "tags=spam"]
    kept = reasons({"values": {"tags": {"keep": ["a"]}}}, tags=tags)
    assert kept == [None, None, "tags is another", "tags is null", "tags is another"]
    sliced = pa.concat_arrays([pa.array([["x"]]), tags]).slice(1)
    assert reasons({"values": {"tags": {"drop": ["spam"]}}}, tags=sliced)[:2] == ["tags=spam", None]


def test_no_rows():
    assert reasons({"values": {"a": {"drop": ["x"]}}}, a=pa.array([], pa.string())) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "at least one column"),
        ({"a": ["x"]}, "a list to keep or one to drop"),
        ({"a": {"keep": ["x"], "drop": ["y"]}}, "a list to keep or one to drop"),
        ({"a": {"drop": "x"}}, "a list of values"),
        ({"a": {"drop": []}}, "a list of values"),
        ({"a": {"drop": [0.5]}}, "whole numbers"),
        ({"a": {"drop": ["x"], "null": "maybe"}}, "null of 'a'"),
        ({"a": {"drop": ["x"], "nul": "drop"}}, "a list to keep or one to drop"),
    ],
)
def test_senseless_values_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        load.build("decide.values", {"values": values})


def test_a_value_that_a_column_never_has_is_an_error():
    with pytest.raises(ContractError, match="'noai' holds true or false; it is never 'yes'"):
        reasons({"values": {"noai": {"drop": ["yes"]}}}, noai=pa.array([True]))
    with pytest.raises(ContractError, match="reads 'score' as words, flags or whole numbers; this batch has double"):
        reasons({"values": {"score": {"drop": ["x"]}}}, score=pa.array([0.5]))


CRAWL = "{source: crawl, paths: [x.warc.gz]}"
PAGES = "signals.licence, signals.blocklist, extract.resiliparse"


def job(steps: str, inputs: str = CRAWL):
    return parse(f"name: j\ninputs: [{inputs}]\ndocuments: [{steps}]\n", folder="/jobs")


def test_columns_may_be_written_without_the_name_of_the_parameter():
    short = job(f"{PAGES}, decide.values: {{licence: {{keep: [cc0-1.0]}}, noai: {{drop: [true]}}, null: keep}}")
    full = job(
        f"{PAGES}, decide.values: {{values: {{licence: {{keep: [cc0-1.0]}}, noai: {{drop: [true]}}}}, null: keep}}"
    )
    assert short == full


def test_words_where_flags_are_are_found_when_the_job_is_read():
    with pytest.raises(JobError) as caught:
        job(f"{PAGES}, decide.values: {{noai: {{drop: ['true']}}, nolicence: {{keep: [a]}}}}")
    told = str(caught.value)
    assert "decide.values: 'noai' holds true or false; it is never 'true'" in told
    assert "reads column 'nolicence', which nothing before it makes for 'crawl' (warc)" in told


def test_labels_of_a_classifier_and_columns_of_a_type():
    model = "shipped:signals/models/lid.176.ftz"
    job(
        f"signals.fasttext: {{model: '{model}', column: sort}}, decide.values: {{sort: {{keep: [en]}}}}, "
        "decide.values: {tags: {drop: [spam]}, ok: {keep: [true]}}",
        "{source: a, paths: [x.jsonl], columns: {tags: {type: strings}, ok: {field: fine, type: bool}}}",
    )
