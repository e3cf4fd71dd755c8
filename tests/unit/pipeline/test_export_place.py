"""Where an export may be written: not over an input, nor into what a run writes and deletes."""

import json
from pathlib import Path

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.dataset import exported
from corpusmill.pipeline.commands.export_place import require_apart
from corpusmill.pipeline.commands.text import TextRequest
from corpusmill.pipeline.files.dataset_layout import MANIFEST

JOB = """
name: mine
inputs: [{source: a, paths: ['in/*.jsonl', one.jsonl]}]
"""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "in").mkdir()
    for name in ("in/a.jsonl", "one.jsonl", "other.jsonl"):
        (tmp_path / name).write_text('{"text": "x"}\n')
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "one.jsonl")
    Store(str(tmp_path / "out")).publish(MANIFEST, json.dumps({"name": "mine", "parts": []}).encode())
    for name in ("_job.json", "inventory.parquet"):
        Store(str(tmp_path / "work")).publish(name, b"x")
    (tmp_path / "job.yaml").write_text(JOB)
    monkeypatch.chdir(tmp_path)
    return "job.yaml"


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("in/a.jsonl", "is an input of job.yaml, which would be overwritten"),
        ("./one.jsonl", "is an input of job.yaml"),
        ("link.jsonl", "is an input of job.yaml"),
        ("job.yaml", "is an input of job.yaml"),
        ("out", "holds the dataset of 'mine'"),
        ("out/", "holds the dataset of 'mine'"),
        ("out/texts.jsonl", "which holds the dataset of 'mine'"),
        ("work", "is the workspace of a job"),
        ("work/deep/dropped.jsonl", "which is the workspace of a job"),
    ],
)
def test_a_place_that_holds_something_else_is_refused(job, out, told):
    for place in (out, f"file://{Path.cwd()}/{out}"):
        with pytest.raises(InputError, match="name another place") as caught:
            exported("text", job, (), place, TextRequest(which="mixed"))
        assert told in str(caught.value)
    assert Path("in/a.jsonl").read_text() == '{"text": "x"}\n'


@pytest.mark.parametrize("out", ["new.jsonl", "new", "in/b.jsonl", "other.jsonl", "outer", "in"])
def test_any_other_place_may_be_written_to(job, out):
    require_apart(out, job, ())
