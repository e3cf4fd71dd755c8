"""Columns that a step reads are made before it, for every kind of file an input may hold."""

import pytest

from corpusmill.pipeline.config.base.problems import JobError
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
    job(
        "{source: a, paths: [x.jsonl], columns: {language_score: sure}}",
        "signals.language, decide.language: {keep: [en]}",
    )


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
