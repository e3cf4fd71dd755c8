"""A job file becomes a JobSpec."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from corpusmill.errors import JobError
from corpusmill.pipeline.config.load import load, parse
from corpusmill.pipeline.config.sections.spec import JobSpec

JOB = """
name: my-corpus
inputs:
  - source: crawl
    paths: data/*.pages
    format: tests.unit.config.craft.Pages
    columns: {title: headline}
documents:
  - tests.unit.config.craft.Text
  - uses: tests.unit.config.craft.Tongue
  - tests.unit.config.craft.Only: {keep: [en, no], min_score: 1}
dedup: {near: off}
mix: {axes: language, temperature: 2, budget_tokens: 1_000_000, bounds: [{where: {language: no}, min: 0.1}]}
"""


def job(text: str = JOB, **more) -> JobSpec:
    return parse(text, folder="/jobs", **more)


def test_a_short_job_file_gets_every_default():
    spec = job()
    assert spec.dedup.near is None
    assert spec.dedup.ceiling("crawl") == 0.95
    assert spec.mix.power == 0.5
    assert spec.mix.budget_tokens == 1_000_000
    assert spec.tokens.sequence_tokens == 2048
    assert spec.sample.documents == 1.0


def test_norwegian_stays_norwegian_and_single_values_become_lists():
    spec = job()
    assert spec.documents[2].params == {"keep": ["en", "no"], "min_score": 1}
    assert spec.documents[2].build().keep == ("en", "no")
    assert spec.mix.axes == ("language",)
    assert spec.mix.bounds[0].where == {"language": ("no",)}


def test_canonical_text_gives_the_same_spec_and_does_not_depend_on_the_order_of_keys():
    spec = job()
    assert JobSpec.from_canonical(spec.to_canonical()) == spec
    turned = "\n".join(["mix" + JOB.split("mix")[1], JOB.split("mix")[0]])
    assert job(turned).to_canonical() == spec.to_canonical()


def test_a_spec_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        job().name = "other"


def test_relative_addresses_start_at_the_job_file_and_urls_stay():
    spec = job(JOB + "workspace: s3://bucket/work\noutput: ../out/\n")
    assert spec.inputs[0].paths == ("/jobs/data/*.pages",)
    assert spec.workspace == "s3://bucket/work"
    assert spec.output == "/out/"
    assert job().workspace == "/jobs/work"


def test_lists_of_files_and_tokenizers_are_found_beside_the_job_file_too():
    spec = job(JOB.replace("data/*.pages", "'list:files.txt'") + "tokens: {tokenizer: tok.json}\n")
    assert spec.inputs[0].paths == ("list:/jobs/files.txt",)
    assert spec.tokens.tokenizer == "/jobs/tok.json"
    assert job().tokens.tokenizer.startswith("shipped:")


@pytest.mark.parametrize("path", ["rows/", "rows.zip", "rows/*"])
def test_files_whose_names_tell_no_format_may_have_a_shape(path):
    told = "name: a\ninputs: [{source: s, paths: ['" + path + "'], shape: dolly}]\n"
    assert job(told).inputs[0].shape == "dolly"


def test_the_file_of_an_operator_is_found_beside_the_job_file():
    spec = job(
        JOB.replace("- uses: tests.unit.config.craft.Tongue", "- tests.unit.config.craft.Tongue: {model: m.bin}")
    )
    assert spec.documents[1].params == {"model": "/jobs/m.bin"}


def test_variables_are_filled_into_paths_only():
    text = JOB.replace("data/*.pages", "${DATA}/${KIND:-raw}/*.pages") + "workspace: ${STORE:-}x\n"
    spec = job(text, environment={"DATA": "s3://b"})
    assert spec.inputs[0].paths == ("s3://b/raw/*.pages",)
    assert spec.workspace == "/jobs/x"
    assert job(JOB.replace("headline", "'${DATA}'"), environment={"DATA": "x"}).inputs[0].columns == {
        "title": "${DATA}"
    }


def test_anchors_and_merge_keys_work():
    text = JOB.replace("  - source: crawl\n", "  - &one\n    source: crawl\n    priority: 3\n").replace(
        "documents:", "  - {<<: *one, source: other}\ndocuments:"
    )
    spec = job(text)
    assert [(i.source, i.priority) for i in spec.inputs] == [("crawl", 3), ("other", 3)]


def test_a_preset_sets_what_the_job_file_does_not():
    near = job(JOB.replace("near: off", "near: {preset: refinedweb, rows: 10}")).dedup.near
    assert (near.preset, near.bands, near.rows, near.threshold) == ("refinedweb", 450, 10, 0.8)
    assert job(JOB.replace("near: off", "near: fineweb")).dedup.near.bands == 14


def test_a_file_that_is_not_there_is_reported_as_such(tmp_path: Path):
    with pytest.raises(
        JobError, match=r"nowhere.yaml: cannot read this job file: No such file or directory; `corpusmill init`"
    ):
        load(tmp_path / "nowhere.yaml")
    with pytest.raises(JobError, match="Is a directory"):
        load(tmp_path)


def test_a_job_file_is_read_with_the_operators_beside_it(tmp_path: Path):
    craft = Path(__file__).with_name("craft.py").read_text(encoding="utf-8")
    (tmp_path / "craft_beside_the_job.py").write_text(craft, encoding="utf-8")
    (tmp_path / "job.yaml").write_text(
        JOB.replace("tests.unit.config.craft.", "craft_beside_the_job."), encoding="utf-8"
    )
    assert load(tmp_path / "job.yaml").documents[0].operator == "craft_beside_the_job.Text"
