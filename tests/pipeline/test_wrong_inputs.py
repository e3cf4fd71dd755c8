"""What is wrong is said before any work, in a sentence with a remedy; and nothing half-written stays behind."""

import gzip
import time
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner

from corpusmill.errors import ExitCode
from corpusmill.pipeline.cli.main import main

JOB = """
name: wrong
workspace: {folder}/work
output: {folder}/out
inputs:
  - source: a
    paths: ['{path}']
{more}
"""


def refused(folder: Path, path: str, more: str = "", command: str = "run", leaves: Sequence[str] = ()) -> str:
    """What the command says about a job with this input; it must refuse it, and leave no trace but what was there."""
    job = folder / "job.yaml"
    job.write_text(JOB.format(folder=folder, path=path, more=more))
    started = time.monotonic()
    done = CliRunner().invoke(main, [command, str(job)], catch_exceptions=False)
    assert time.monotonic() - started < 5
    assert done.exit_code == ExitCode.WRONG_JOB, done.output
    assert [name for name in ("out", "work") if (folder / name).exists()] == [*leaves]
    return done.stderr


def test_a_missing_path(tmp_path):
    for command in ("plan", "run"):
        told = refused(tmp_path, f"{tmp_path}/nowhere.jsonl", command=command)
        assert "job.yaml:7:13 inputs[0].paths[0]: a: " in told
        assert "there is no such file or folder" in told
        assert "correct the path, or put the data there" in told


def test_a_pattern_that_fits_nothing(tmp_path):
    assert "matches no file" in refused(tmp_path, f"{tmp_path}/*.jsonl")


def test_an_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "is a folder and holds no file" in refused(tmp_path, f"{tmp_path}/empty/")


def test_a_folder_named_like_a_file(tmp_path):
    (tmp_path / "a.jsonl").mkdir()
    assert "is a folder and holds no file" in refused(tmp_path, f"{tmp_path}/a.jsonl")


def test_html_named_like_a_crawl_file(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(b"<!DOCTYPE html><title>403 Forbidden</title>"))
    told = refused(tmp_path, f"{tmp_path}/a.warc.gz", "documents: [extract.resiliparse]")
    assert "holds HTML" in told
    assert "Download it again" in told


def test_a_format_nobody_knows(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"\x00\x01\x02")
    told = refused(tmp_path, f"{tmp_path}/a.xyz")
    assert "cannot detect the format from its name or its first bytes" in told


def test_every_problem_is_reported_at_once(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    bound = "{where: {domain: [a]}, min: 0.9, max: 0.1}"
    more = f"    colums: {{url: link}}\ndocuments: [signals.langage]\nmix: {{temperature: 2, bounds: [{bound}]}}"
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", more)
    assert "did you mean 'columns'" in told
    assert "did you mean 'signals.language'" in told
    assert "min 0.9 is above max 0.1" in told


def test_missing_files_are_reported_with_what_is_wrong_in_the_job_file(tmp_path):
    more = (
        "    colums: {url: link}\n"
        "  - {source: b, paths: [no-b.jsonl, '${NOT_SET}/x.jsonl']}\n"
        "documents: [{signals.language: {model: no.ftz}}, signals.langage]\n"
        "tokens: {tokenizer: no-tokenizer.json, sequence_tokens: none}"
    )
    told = refused(tmp_path, f"{tmp_path}/no-a.jsonl", more)
    assert "did you mean 'columns'" in told
    assert "did you mean 'signals.language'" in told
    assert "NOT_SET is not set" in told
    assert "sequence_tokens: expected a whole number" in told
    for missing, place in (
        ("no-a.jsonl", "7:13 inputs[0].paths[0]"),
        ("no-b.jsonl", "9:25 inputs[1].paths[0]"),
        ("no.ftz", "10:33 documents[0].model"),
        ("no-tokenizer.json", "11:10 tokens.tokenizer"),
    ):
        assert any(f"{place}: " in line and missing in line for line in told.splitlines()), (missing, told)
    assert told.count("no such file") == 4
    assert len(told.splitlines()) == 8
    numbers = [int(line.removeprefix("corpusmill: ").split(":")[1]) for line in told.splitlines()]
    assert numbers == sorted(numbers)


def test_missing_files_of_every_kind_are_reported_at_once(tmp_path):
    (tmp_path / "page.warc.gz").write_bytes(gzip.compress(b"<!DOCTYPE html><title>403 Forbidden</title>"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    more = "  - {source: b, paths: page.warc.gz}\ntokens: {tokenizer: no.json}\nmix: {plan: no-plan.json}"
    told = refused(tmp_path, f"{tmp_path}/no.jsonl", more + "\ndocuments: [extract.resiliparse]", leaves=["out"])
    for part in ("no.jsonl", "holds HTML", "no.json'", "no-plan.json", "thesis.txt"):
        assert part in told
    assert len(told.splitlines()) == 5


def test_a_secret_in_a_job_file(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", "    storage: {secret: hunter2hunter2}")
    assert "hunter2" not in told
    assert "no secret belongs into a job file" in told


def test_a_tokenizer_that_is_not_there(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", "tokens: {tokenizer: nowhere/tokenizer.json}")
    assert "job.yaml:8:10 tokens.tokenizer: cannot read" in told
    assert "there is no such file; correct the name" in told
    assert "Errno" not in told


def test_no_job_file(tmp_path):
    done = CliRunner().invoke(main, ["run", str(tmp_path / "job.yaml")])
    assert done.exit_code == ExitCode.WRONG_JOB
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
    assert CliRunner().invoke(main, ["plan", "--sample", "0", str(job)]).exit_code == ExitCode.WRONG_JOB


def test_an_operator_of_ones_own_whose_import_fails(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "broken_import.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "broken_attribute.py").write_text("import os\nos.nothing_of_this_name\n")
    more = "documents: [broken_import.X, broken_attribute.X, missing_module.X]"
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", more)
    assert "importing 'broken_import' failed: ModuleNotFoundError: No module named 'nothing_of_this_name'" in told
    assert "importing 'broken_attribute' failed: AttributeError" in told
    assert "mend the module, or install what it needs" in told
    assert "no operator 'missing_module.X'" in told


def test_a_wrong_format_is_reported_where_the_file_is_there(tmp_path):
    """Beside it all else that is wrong."""
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    told = refused(tmp_path, f"{tmp_path}/a.jsonl", more="    format: jsonll\ndocuments: [signals.count]")
    assert "no format 'jsonll'; did you mean 'jsonl'?" in told
    assert "no operator 'signals.count'; did you mean 'signals.counts'?" in told


def test_another_content_than_the_job_names_is_reported_and_damage_is_the_readers_business(tmp_path):
    (tmp_path / "page").write_text("<!doctype html><p>404")
    (tmp_path / "oops.jsonl").write_text('oops\n{"text": "a"}\n')
    more = f"    format: wet\n  - {{source: b, paths: ['{tmp_path}/oops.jsonl'], format: jsonl}}"
    told = refused(tmp_path, f"{tmp_path}/page", more=more)
    assert "to be read as WET, but holds HTML" in told
    assert "oops.jsonl" not in told
