"""Files of steps and readers that are something else than they should be, and job files in another form."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpusmill.errors import ExitCode
from corpusmill.pipeline.cli.main import main
from tests.pipeline.test_wrong_inputs import refused


def foreign_npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, weights=np.zeros(3))
    return buffer.getvalue()


WRONG_MODELS = {
    "signals.language: {model: m}": (b"not a model", "not a fastText model"),
    "signals.fasttext: {model: m, column: q}": (b"not a model", "not a fastText model"),
    "extract.main_text: {model: m}": (b"not a model", "not a model of extract.main_text"),
    "extract.main_text: {model: m }": (foreign_npz(), "not a model of extract.main_text"),
    "signals.contamination: {sets: m}": (b"{}\n", "line 1 of the evaluation sets"),
    "signals.domain: {table: m}": (b"law.example.org law\n", "expected host<TAB>domain"),
    "signals.words_found: {words: m, column: w}": (b"\xff\xfe", "m' cannot be used by signals.words_found"),
    "signals.relevance: {target: m, raw: m}": (b"{}\n", "expected an object with 'text'"),
    "signals.tfidf: {target: m, raw: m}": (b"", "has no documents"),
    "signals.blocklist: {domains: m}": (b"\xff\xfe", "m' cannot be used by signals.blocklist"),
    "signals.gopher_quality: {settings: m}": (b"{}", "no settings of languages"),
    "signals.gopher_quality: {stop_words: xx}": (b"", "no stop words for language 'xx'"),
    "signals.redpajama_v2: {settings: m}": (b'{"languages": {"en": {}}}', "the settings of 'en' have no 'stop_words'"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("step", WRONG_MODELS)
def test_a_file_of_a_step_that_is_something_else(tmp_path, step):
    content, wanted = WRONG_MODELS[step]
    (tmp_path / "m").write_bytes(content)
    (tmp_path / "a.jsonl").write_text('{"text": "x", "url": "u"}\n')
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", f"    columns: {{url: url}}\ndocuments:\n  - {step}", "plan")
    assert wanted in told
    assert "job.yaml:10:" in told  # the step's own line
    assert "documents[0]" in told


def test_a_model_of_a_recipe_that_is_missing_is_placed_at_the_recipe(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    steps = "documents:\n  - recipe: c4\n    override: {signals.language: {model: no.ftz}}\n  - signals.counts"
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", steps, "plan")
    assert "job.yaml:10:35 documents[0].override.signals.language.model: cannot read" in told


def test_columns_that_a_parquet_file_does_not_have(tmp_path):
    pq.write_table(pa.table({"body": ["x"], "number": [1]}), tmp_path / "a.parquet")
    told = refused(tmp_path, f"{tmp_path}/a.parquet", "    columns: {url: link}", "plan")
    assert "job.yaml:8:5 inputs[0].columns: a: " in told
    assert "has no column 'link' or 'text', only body, number; say which is which" in told
    told = refused(tmp_path, f"{tmp_path}/a.parquet", "    columns: {text: number}", "plan")
    assert "column 'number' is int64, not text" in told


def message_of(*arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments], catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB, done.output
    return done.output + done.stderr


def test_a_job_file_may_be_json(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    job = tmp_path / "job.json"
    job.write_text('{"name": "j", "inputs": [{"source": "a", "paths": "a.jsonl"}]}')
    done = CliRunner().invoke(main, ["plan", "--set", "mix.temperature=2", str(job)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "did you mean 'temperature'" in message_of("plan", "--set", "mix.temprature=2", str(job))
    assert "cannot read this job file" in message_of("plan", str(tmp_path / "no.json"))


def test_a_recipe_that_is_not_text(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "mine.yaml").write_bytes("name: é".encode("latin-1"))
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", "documents: [{recipe: mine.yaml}]", "plan")
    assert "cannot read the recipe 'mine.yaml': it is not UTF-8 text" in told
    (Path(tmp_path) / "mine.yaml").unlink()
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", "documents: [{recipe: mine.yaml}]", "plan")
    assert "cannot read the recipe 'mine.yaml': No such file" in told
