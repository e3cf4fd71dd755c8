"""Folders that cannot be made, read or written are told before any work; and nothing half-written stays behind."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpusmill.errors import ExitCode
from corpusmill.pipeline.cli.main import main
from tests.pipeline.test_wrong_inputs import JOB
from tests.pipeline.unprivileged import bound_by_modes


def test_a_first_job_file_in_a_folder_that_is_not_there(tmp_path):
    done = CliRunner().invoke(main, ["init", str(tmp_path / "nodir" / "x.yaml")])
    assert done.exit_code == ExitCode.WRONG_JOB
    assert f"there is no folder {tmp_path}/nodir; make it first" in done.output + done.stderr


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("a.jsonl", "a.jsonl is a file; name another folder"),
        ("a.jsonl/below", "a.jsonl is a file; name another folder"),
        ("/proc/below", "nothing can be written to /proc (No such file or directory); name another folder"),
    ],
)
@pytest.mark.parametrize("key", ["workspace", "output"])
def test_a_folder_that_cannot_be_made(tmp_path, key, folder, message):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "b.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "a.jsonl").write_text("not of this job")
    found = with_folder(tmp_path, key, folder, f"{tmp_path}/data/b.jsonl")
    assert f": {key}: " in found or f" {key}: " in found
    assert message in found
    assert "Errno" not in found
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "data", "job.yaml"]


@pytest.mark.parametrize("key", ["workspace", "output"])
def test_a_folder_without_permission(tmp_path, key):
    (tmp_path / "b.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "closed").mkdir(mode=0o500)
    told = unprivileged(tmp_path, f"{tmp_path}/b.jsonl", **{key: "closed/below"})
    assert f"{key}: no permission to write to {tmp_path}/closed; change its mode, or name another folder" in told


def test_an_input_without_permission(tmp_path):
    (tmp_path / "b.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "b.jsonl").chmod(0)
    told = unprivileged(tmp_path, f"{tmp_path}/b.jsonl")
    assert "job.yaml:7:5 inputs[0].paths: a: " in told
    assert "no permission to read it; check the credentials or the file's mode" in told
    assert "Errno" not in told


@pytest.mark.parametrize("path", ["closed", "closed/", "closed/*.jsonl", "closed/b.jsonl"])
def test_a_folder_of_inputs_without_permission(tmp_path, path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "b.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "closed").chmod(0)
    told = unprivileged(tmp_path, f"{tmp_path}/{path}")
    assert "job.yaml:7:13 inputs[0].paths[0]: a: " in told
    assert "no permission to read it; check the credentials or the file's mode" in told


def unprivileged(folder: Path, path: str, **folders: str) -> str:
    """What a run of somebody who is not root says of a job with this input; it must refuse, and leave no trace."""
    job = folder / "job.yaml"
    text = JOB.format(folder=folder, path=path, more="")
    for key, value in folders.items():
        text = re.sub(f"^{key}: .*$", f"{key}: {value}", text, flags=re.MULTILINE)
    job.write_text(text)
    with bound_by_modes():
        done = CliRunner().invoke(main, ["run", str(job)], catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB, done.output
    assert not (folder / "work").exists()
    assert not (folder / "out").exists()
    return done.stderr


def with_folder(folder: Path, key: str, value: str, path: str) -> str:
    """What a run says whose workspace or output, as `key` says, is `value`; it must refuse."""
    job = folder / "job.yaml"
    text = JOB.format(folder=folder, path=path, more="")
    job.write_text(re.sub(f"^{key}: .*$", f"{key}: {value}", text, flags=re.MULTILINE))
    done = CliRunner().invoke(main, ["run", str(job)], catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB, done.output
    return done.output + done.stderr
