"""What is wrong is said before any work, in a sentence with a remedy; and nothing half-written stays behind."""

import gzip
import time
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import EXIT_WRONG_JOB, main

JOB = """
name: wrong
workspace: {folder}/work
output: {folder}/out
inputs:
  - source: a
    paths: ['{path}']
{more}
"""


def refused(folder: Path, path: str, more: str = "", command: str = "run") -> str:
    """What the command says about a job with this input; it must refuse it, and leave no trace."""
    job = folder / "job.yaml"
    job.write_text(JOB.format(folder=folder, path=path, more=more))
    started = time.monotonic()
    done = CliRunner().invoke(main, [command, str(job)], catch_exceptions=False)
    assert time.monotonic() - started < 5
    assert done.exit_code == EXIT_WRONG_JOB, done.output
    assert not (folder / "out").exists()
    assert not (folder / "work").exists()
    return done.output + done.stderr


def test_a_missing_path(tmp_path):
    assert "there is no such file or folder" in refused(tmp_path, f"{tmp_path}/nowhere.jsonl")


def test_a_pattern_that_fits_nothing(tmp_path):
    assert "names no file" in refused(tmp_path, f"{tmp_path}/*.jsonl")


def test_an_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "names no file" in refused(tmp_path, f"{tmp_path}/empty/")


def test_a_folder_named_like_a_file(tmp_path):
    (tmp_path / "a.jsonl").mkdir()
    assert "names no file" in refused(tmp_path, f"{tmp_path}/a.jsonl")


def test_html_named_like_a_crawl_file(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(b"<!DOCTYPE html><title>403 Forbidden</title>"))
    told = refused(tmp_path, f"{tmp_path}/a.warc.gz", "documents: [extract.resiliparse]")
    assert "holds HTML" in told
    assert "Download it again" in told


def test_a_format_nobody_knows(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"\x00\x01\x02")
    told = refused(tmp_path, f"{tmp_path}/a.xyz")
    assert "neither its name nor its first bytes tell a format" in told


def test_every_problem_is_told_at_once(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    bound = "{where: {domain: [a]}, min: 0.9, max: 0.1}"
    more = f"    colums: {{url: link}}\ndocuments: [signals.langage]\nmix: {{temperature: 2, bounds: [{bound}]}}"
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", more)
    assert "did you mean 'columns'" in told
    assert "did you mean 'signals.language'" in told
    assert "min 0.9 is above max 0.1" in told


def test_a_secret_in_a_job_file(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", "    storage: {secret: hunter2hunter2}")
    assert "hunter2" not in told
    assert "no secret belongs into a job file" in told


def test_a_tokenizer_that_is_not_there(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    assert "cannot read" in refused(tmp_path, f"{tmp_path}/a.jsonl", "tokens: {tokenizer: nowhere/tokenizer.json}")


def test_no_job_file(tmp_path):
    done = CliRunner().invoke(main, ["run", str(tmp_path / "job.yaml")])
    assert done.exit_code == EXIT_WRONG_JOB
    assert "`corpusmill init` writes one" in done.output + done.stderr


def test_a_tokenizer_that_is_none(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "t.json").write_text("not one")
    for command in ("plan", "run"):
        told = refused(tmp_path, f"{tmp_path}/a.jsonl", "tokens: {tokenizer: t.json}", command)
        assert "tokens.tokenizer" in told
        assert "t.json" in told


def test_a_sample_of_nothing(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    for more in ("sample: {documents: 0}", "sample: {inputs: 0}"):
        assert "expected more than 0, found 0" in refused(tmp_path, f"{tmp_path}/a.jsonl", more, "plan")


def test_plan_takes_a_sample_and_a_limit_as_run_does(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    job = tmp_path / "job.yaml"
    job.write_text(JOB.format(folder=tmp_path, path=f"{tmp_path}/a.jsonl", more=""))
    done = CliRunner().invoke(main, ["plan", "--sample", "0.5", "--limit", "7", str(job)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "until a source has given 7 documents" in done.output
    assert CliRunner().invoke(main, ["plan", "--sample", "0", str(job)]).exit_code == EXIT_WRONG_JOB
