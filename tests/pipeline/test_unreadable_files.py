"""Files and sources that give no record are told before work, else in the funnel, at the end and in the exit code."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpusmill.errors import ExitCode
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.preflight.checks import check_inputs
from corpusmill.pipeline.report.funnel import Funnel
from tests.pipeline.jobs import corpusmill_here

ROWS = 50
JOB = """
name: j
inputs:
  - {source: tables, paths: ['*.parquet']}
  - {source: lines, paths: ['*.jsonl*']}
dedup: {text: false, near: off}
"""


def texts(name: str) -> list[str]:
    return [f"{name} {n}: some words that make a document" for n in range(ROWS)]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Three tables of 50 rows, one without the column of the text and one with bytes in it, and a file of lines."""
    pq.write_table(pa.table({"text": texts("a")}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"content": texts("b")}), tmp_path / "b.parquet", row_group_size=20)
    pq.write_table(pa.table({"text": pa.array([t.encode() for t in texts("c")], pa.binary())}), tmp_path / "c.parquet")
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": t, "n": 1}) + "\n" for t in texts("d")))
    (tmp_path / "job.yaml").write_text(JOB)
    return tmp_path / "job.yaml"


def say(*arguments: object, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code == code, (done.stdout, done.stderr)
    return done.stdout, done.stderr


def test_plan_looks_at_every_file(job):
    _, told = say("plan", job, code=ExitCode.WRONG_JOB)
    assert "job.yaml:4:5 inputs[0]: tables: " in told
    assert "b.parquet: the file has no column 'text', only content; say which is which" in told
    assert len(told.splitlines()) == 1


def test_a_job_that_goes_on_without_files_is_warned(job):
    told, _ = say("plan", job, "--set", "on_failure=continue")
    (warning,) = [line for line in told.splitlines() if line.startswith("warning: ") and "axis of the mix" not in line]
    assert "b.parquet: the file has no column 'text', only content" in warning
    job.parent.joinpath("a.parquet").unlink()
    job.parent.joinpath("c.parquet").unlink()
    say("plan", job, "--set", "on_failure=continue", code=ExitCode.WRONG_JOB)


@pytest.mark.thorough
def test_many_files_of_one_cause_are_one_line(job):
    for n in range(480):
        pq.write_table(pa.table({"content": ["a"]}), job.parent / f"{n}.parquet")
    _, told = say("plan", job, code=ExitCode.WRONG_JOB)
    (line,) = told.splitlines()
    assert "tables: 481 files: the file has no column 'text', only content; say" in line
    assert line.count(".parquet") == 3
    assert line.endswith(" and 478 more)")


def test_plan_lists_sources_and_warns_of_empty_files_and_files_in_two_sources(job):
    (job.parent / "b.parquet").unlink()
    (job.parent / "e.jsonl").write_text("")
    (job.parent / "f.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a", "meta": {"url": "u"}}\n'))
    job.write_text(job.read_text().replace("'*.jsonl*'", "'*.jsonl*', a.parquet"))
    lines = say("plan", job)[0].splitlines()
    tables = sum((job.parent / name).stat().st_size for name in ("a.parquet", "c.parquet"))
    assert lines[1] == f"source tables: parquet, 2 files, {tables / 1000:.1f} kB; fields: text"
    assert lines[0].startswith("source lines: parquet 1, jsonl 3, 4 files, ")
    assert lines[0].endswith("; fields: text")
    warnings = [line for line in lines if line.startswith("warning: ") and "axis of the mix" not in line]
    assert any("lines: 1 of 4 files are empty: " in line and "e.jsonl" in line for line in warnings)
    assert any("1 file is in more than one source (lines, tables)" in line for line in warnings)
    assert len(warnings) == 2


def test_a_field_of_lines_that_no_record_has(job):
    (job.parent / "b.parquet").unlink()
    wrong = job.read_text().replace("'*.jsonl*']", "'*.jsonl*'], columns: {text: body}")
    job.write_text(wrong)
    _, told = say("plan", job, code=ExitCode.WRONG_JOB)
    assert "inputs[1].columns: lines: " in told
    assert "d.jsonl: no record has a field 'body', only text, n; say which is which" in told
    job.write_text(wrong.replace("text: body", "url: link"))
    assert "none of the first 50 records has a field 'link', only text, n" in say("plan", job)[0]


def test_of_very_many_files_a_sample_is_looked_into(job, monkeypatch):
    monkeypatch.setattr("corpusmill.pipeline.preflight.survey.LOOKED_INTO", 2)
    for n in range(5):
        pq.write_table(pa.table({"text": ["a"]}), job.parent / f"b{n}.parquet")
    (job.parent / "b.parquet").unlink()
    assert len(check_inputs(load(job)).files) == 8


@pytest.mark.ray
def test_a_file_that_gives_no_record_ends_the_run_or_is_reported_at_its_end(job, ray_session):
    (job.parent / "f.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a"}\n' * 100)[:-20][:15])
    out = job.parent / "out"
    tolerant = ("--set", "on_failure=continue")
    done = corpusmill_here("run", str(job), *tolerant)
    assert done.returncode == ExitCode.FAILED, done.stderr
    assert "no record could be read from 2 of 5 input shards: 40.0%, more than max_failed_share = 1.0%" in done.stderr
    assert not (out / "_manifest.json").exists()

    tolerant += ("--set", "max_failed_share=0.5")
    done = corpusmill_here("run", str(job), *tolerant)
    assert done.returncode == 0, done.stderr
    last = done.stderr.splitlines()[-3:]
    assert "f.jsonl.gz: no record could be read: 1 failed, truncated_gz (15 B)" in last[0]
    assert "b.parquet: no record could be read: 50 failed, missing_field" in last[1]
    assert last[2] == f"corpusmill: {out} was made without them"
    funnel = Funnel.from_json(json.loads((out / "_funnel.json").read_text()))
    assert (funnel.steps[0].documents, funnel.steps[1].documents) == (4 * ROWS + 1, 3 * ROWS)
    assert funnel.steps[1].lost == {"failed, read: missing_field": ROWS, "failed, read: truncated_gz": 1}
    assert funnel.steps[1].lost_bytes["failed, read: truncated_gz"] == 15
    manifest = json.loads((out / "_manifest.json").read_text())
    assert [(m["file"], m["reason"]) for m in manifest["missing"]] == [
        ("f.jsonl.gz", "truncated_gz"),
        ("b.parquet", "missing_field"),
    ]

    again = corpusmill_here("run", str(job), *tolerant)
    assert (again.returncode, "up to date" in again.stdout) == (0, True)
    assert "nothing to do" in corpusmill_here("plan", str(job), *tolerant).stdout

    (job.parent / "d.jsonl").unlink()  # what is left of its source cannot be read
    done = corpusmill_here("run", str(job), *tolerant)
    assert done.returncode == ExitCode.INCOMPLETE, done.stderr
    assert "no record could be read of source 'lines'" in done.stderr
