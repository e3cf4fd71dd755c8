"""Columns that a step reads are made before it, for every kind of file an input may hold."""

import pytest

from corpusmill.errors import JobError
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.load import parse


def job(inputs: str, steps: str = "", more: str = ""):
    return parse(f"name: j\ninputs: [{inputs}]\ndocuments: [{steps}]\n{more}", folder="/jobs")


def problems(*arguments: str) -> str:
    with pytest.raises(JobError) as caught:
        job(*arguments)
    return str(caught.value)


CRAWL, WET, LINES, ANY = (
    f"{{source: {name}, paths: [{path}]}}"
    for name, path in (("crawl", "x.warc.gz"), ("wet", "x.warc.wet.gz"), ("lines", "x.jsonl.zst"), ("any", "folder/"))
)


def test_pages_need_an_extract_step_and_text_does_not():
    job(WET, "signals.counts")
    job(f"{WET}, {CRAWL}", "extract.resiliparse, signals.counts")
    told = problems(f"{WET}, {CRAWL}", "signals.counts")
    assert (
        "signals.counts reads column 'text', which nothing before it makes for 'crawl' (warc); put an extract" in told
    )
    assert "documents of 'crawl' (warc) have no text at the end, only content, url; put an extract step first" in told
    assert "'wet'" not in told


def test_what_an_extract_step_adds_is_not_there_for_text():
    told = problems(f"{WET}, {CRAWL}", "extract.resiliparse, decide.bounds: {bounds: {boilerplate_score: [0, 1]}}")
    assert "for 'crawl' (warc), 'wet' (wet); extract.main_text would, before it" in told


def test_where_names_tell_no_format_only_what_no_reader_makes_is_missed():
    job(ANY, "extract.resiliparse, signals.language, decide.language: {keep: [en]}")
    told = problems(ANY, "decide.language: {keep: [en]}")
    assert "decide.language reads column 'language_score'" in told
    assert "for 'any'; signals.language would, before it" in told


def test_a_fixed_language_serves_a_step_that_reads_one():
    steps = "signals.language: {column: found}, decide.bounds: {bounds: {found_score: [0.5, null]}}"
    job("{source: a, paths: [x.txt], language: en}", steps, "mix: {axes: [language, script]}\n")
    told = problems("{source: a, paths: [x.txt]}", "tests.unit.config.craft.Only: {keep: [en]}")
    assert "reads column 'language', which nothing before it makes" in told


def test_a_step_that_measures_replaces_what_the_reader_says():
    scored = "{source: a, paths: [x.jsonl], columns: {language: lang, language_score: sure}}"
    steps = job(scored, "signals.language, decide.language: {keep: [en]}").documents
    assert [step.operator for step in steps] == ["signals.language", "decide.language"]
    assert "'language_score'" in problems(scored, "decide.language: {keep: [en]}")


def test_an_axis_may_be_any_column_of_any_document_and_the_source():
    job("{source: a, paths: [x.jsonl], columns: {topic: theme}}", "", "mix: {axes: [source, topic]}\n")
    told = problems(CRAWL, "extract.resiliparse", "mix: {axes: [script]}\n")
    assert told == "job.yaml:4:7 mix.axes: no document has the axis 'script'; signals.language would, before it"


def test_columns_of_the_job_become_parameters_of_the_reader():
    spec = job(
        "{source: a, paths: [x.jsonl], columns: {text: body, url: link, topic: theme}, options: {max_record_bytes: 9}}"
    )
    reader = build_reader(spec.inputs[0], "readers.jsonl")
    assert (reader.text, reader.url, reader.columns, reader.max_record_bytes) == ("body", "link", {"topic": "theme"}, 9)


def test_under_auto_each_reader_takes_the_options_it_has():
    spec = job("{source: a, paths: [x.jsonl, x.txt], columns: {url: link}, options: {unit: line}}")
    assert build_reader(spec.inputs[0], "readers.jsonl").url == "link"
    assert build_reader(spec.inputs[0], "readers.plain").unit == "line"
    told = problems(
        "{source: a, paths: [x.warc.gz], columns: {url: link}, options: {unit: line}}", "extract.resiliparse"
    )
    assert "inputs[0].options.unit: readers.warc has no parameter 'unit'" in told
    assert "inputs[0].columns.url: readers.warc has no parameter 'url'" in told


def test_a_wrong_option_of_a_reader_is_placed():
    told = problems("{source: a, paths: [x], format: plain, options: {unit: page, max_record_bytes: 0}}")
    assert "inputs[0].options.unit: expected one of 'file', 'line', 'paragraph', found the text 'page'" in told
    told = problems("{source: a, paths: [x], format: plain, options: {max_record_bytes: 0}}")
    assert "inputs[0].options: readers.plain: max_record_bytes must be at least 1, got 0" in told


LABELLED = "{source: labelled, paths: [x.jsonl], columns: {language: lang}}"
TYPED = "{source: a, paths: [x.jsonl], columns: {score: {field: quality, type: float}, tags: {type: strings}}}"
TYPED_AT = "{source: a, paths: [x.parquet], columns: {at: {type: timestamp}, ok: {field: fine, type: bool}}}"


def test_a_declared_language_serves_steps_that_read_one():
    step = "decide.values: {language: {keep: [en]}}"
    for declares in (LABELLED, WET):
        job(declares, step)
        job(declares, f"signals.language, {step}")
        told = problems(declares, f"{step}, signals.language")
        assert "reads column 'language', which nothing before it makes" in told
    assert "reads column 'language', which nothing before it makes for 'lines'" in problems(LINES, step)


def test_columns_of_a_type_serve_what_reads_numbers():
    for step in (
        "decide.bounds: {bounds: {score: [0.5, null]}}",
        "decide.quantiles: {bounds: {score: [0.1, null]}, by: []}",
        "signals.buckets: {of: score, by: []}",
    ):
        job(TYPED, step)
        told = problems("{source: a, paths: [x.jsonl], columns: {score: quality}}", step)
        assert "reads 'score' as a number; the reader makes it string for 'a' (jsonl); give it a type" in told
        assert "score: {field: score, type: float}" in told
    job(TYPED, "", "mix: {axes: [score], multiplier: {column: score}}\n")
    job(TYPED_AT, "decide.bounds: {bounds: {at: ['2020-01-01', null], fetched_at_utc: [null, '2024']}}")
    job(
        TYPED_AT,
        "decide.quantiles: {bounds: {at: [0.1, null]}, by: []}",
        "mix: {axes: [ok], multiplier: {column: ok}}\n",
    )


def test_a_picture_that_is_read_as_text_is_told_the_type_of_its_column():
    told = problems("{source: a, paths: [x.parquet], columns: {image: picture}}", "signals.pixels")
    assert "image: {field: image, type: bytes}" in told


def test_a_list_is_no_axis_and_a_time_no_multiplier():
    told = problems(TYPED, "", "mix: {axes: [tags]}\n")
    assert "mix.axes: a mix goes by one value a document, and 'tags' is a list for 'a'" in told
    told = problems(TYPED_AT, "", "mix: {axes: [source], multiplier: {column: at}}\n")
    assert "mix.multiplier.column: 'at' is no number" in told


def test_types_become_parameters_of_the_reader():
    spec = job(TYPED)
    reader = build_reader(spec.inputs[0], "readers.jsonl")
    assert (reader.columns, reader.types) == (
        {"score": "quality", "tags": "tags"},
        {"score": "float", "tags": "strings"},
    )
    assert spec == type(spec).from_canonical(spec.to_canonical())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            "{score: {type: flaot}}",
            "inputs[0].columns.score: the type of 'score' is no type: 'flaot'; did you mean 'float'",
        ),
        ("{url: {field: link, type: string}}", "inputs[0].columns.url: 'url' has a type of its own: take `type` out"),
        ("{score: {fields: x}}", "inputs[0].columns.score: expected a text, found the mapping"),
    ],
)
def test_types_that_are_none_are_placed(columns, message):
    assert message in problems(f"{{source: a, paths: [x.jsonl], columns: {columns}}}")
    assert "'n' has a type and no field" in problems("{source: a, paths: [x.jsonl], types: {n: int}}")


def test_a_step_for_some_sources_serves_those_alone():
    steps = "signals.counts: {}, only: {source: lines}"
    job(
        f"{WET}, {LINES}",
        f"{{{steps}}}, {{decide.bounds: {{bounds: {{word_count: [1, null]}}}}, only: {{source: [lines]}}}}",
    )
    told = problems(f"{WET}, {LINES}", f"{{{steps}}}, decide.bounds: {{bounds: {{word_count: [1, null]}}}}")
    assert "decide.bounds reads column 'word_count', which nothing before it makes for 'wet' (wet)" in told
    job(f"{WET}, {LINES}", f"{{{steps}}}, {{signals.counts: {{}}, only: {{source: [wet]}}}}")
    told = problems(f"{WET}, {LINES}", f"{{{steps}}}, signals.counts")
    assert "'word_count', 'line_count', 'mean_word_chars', which step 1, signals.counts, adds already; take one" in told


def test_every_form_of_a_step_may_be_for_some_sources():
    forms = "{uses: signals.counts, only: {source: wet}}, {recipe: gopher, only: {source: [wet, lines]}}"
    spec = job(f"{WET}, {LINES}, {CRAWL}", f"extract.resiliparse, {forms}")
    only = [None if step.only is None else step.only.source for step in spec.documents]
    assert only == [None, ("wet",), *[("wet", "lines")] * 4]
    assert [step.is_for("crawl") for step in spec.documents[:2]] == [True, False]


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ("{source: [wett]}", "documents[0].only.source: no source 'wett'; did you mean 'wet'?"),
        ("[wet]", "documents[0].only: expected names of sources, {source: [a, b]}, found the list ['wet']"),
        ("{sources: [wet]}", "documents[0].only: expected names of sources"),
        ("{source: []}", "documents[0].only: expected names of sources"),
    ],
)
def test_sources_that_are_none_are_placed(only, message):
    assert message in problems(WET, f"{{signals.counts: {{}}, only: {only}}}")


def test_a_step_for_some_sources_is_found_by_its_name_in_overrides():
    step = "  - only: {source: wet}\n    decide.bounds: {bounds: {n: [1, 2]}}\n"
    text = f"name: j\ninputs: [{WET}]\ndocuments:\n{step}"
    with pytest.raises(JobError) as caught:
        parse(text, folder="/jobs", overrides=["documents[decide.bounds].bounds.n=[3, 2]"])
    assert "3 is above 2" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("10B", 10**10),
        ("10_000_000", 10**7),
        ("1.5T", 15 * 10**11),
        ("500M", 5 * 10**8),
        ("80k", 80_000),
        ("1e10", 10**10),
        ("'10,000,000'", 10**7),
        ("10 B", 10**10),
        ("0.5b", 5 * 10**8),
    ],
)
def test_a_budget_as_people_write_it(written, tokens):
    spec = job(WET, "", f"mix: {{budget_tokens: {written}, min_tokens: {written}}}\nshard_tokens: {written}\n")
    assert (spec.mix.budget_tokens, spec.mix.min_tokens, spec.shard_tokens) == (tokens,) * 3


@pytest.mark.parametrize("written", ["10X", "B", "1,5B", "-1B", "1.00000000001B", "10 000B000"])
def test_a_budget_that_is_none_is_placed(written):
    told = problems(WET, "", f"mix: {{budget_tokens: '{written}'}}\n")
    assert (
        f"mix.budget_tokens: expected a whole number, or one such as 10B, 1.5T, 500M, 80k, found the text '{written}'"
        in told
    )


CHATS = "{source: chats, paths: [c.jsonl], columns: {conversation: messages}}"


def test_a_step_that_rewrites_texts_does_not_pass_for_one_that_rewrites_turns():
    template = "tokens: {template: chatml}"
    assert "rewrite.pii changes the text of 'chats', but with a template" in problems(CHATS, "rewrite.pii", template)
    job(CHATS, "rewrite.pii")  # the text is what is tokenized
    job(CHATS, "signals.counts", template)
    job(f"{CHATS}, {LINES}", "{rewrite.pii: {}, only: {source: [lines]}}", template)
