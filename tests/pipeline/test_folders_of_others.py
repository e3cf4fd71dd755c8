"""What a run did not write it does not delete or overwrite: inputs, other people's files, datasets beside it."""

import json
from pathlib import Path

import pytest
import s3fs
from click.testing import CliRunner

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.errors import ExitCode
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.stages.publish.put import sweep_parts

LINE = '{"text": "x"}\n'
JOB = """
name: mine
workspace: {workspace}
output: {output}
{more}
inputs:
  - source: a
    paths: ['{path}']
    {storage}
"""
OURS = "data/part-00000-of-00001.parquet"
FOREIGN = ("part-r-00000.snappy.parquet", "part-00000-of-00001.csv", "README.md")


def refused(
    folder: Path, *, path: str, workspace: str = "./work", output: str = "./out", more: str = "", storage: str = ""
) -> str:
    """What `plan` and `run` say about a job with these folders: they refuse it, and say the same."""
    job = folder / "job.yaml"
    job.write_text(JOB.format(path=path, workspace=workspace, output=output, more=more, storage=storage))
    told = []
    for command in ("plan", "run"):
        done = CliRunner().invoke(main, [command, str(job)], catch_exceptions=False)
        assert done.exit_code == ExitCode.WRONG_JOB, done.output
        told.append(done.output + done.stderr)
    assert told[0] == told[1]
    return told[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One input file, in a folder of its own beside the job."""
    (tmp_path / "data" / "in").mkdir(parents=True)
    (tmp_path / "data" / "a.jsonl").write_text(LINE)
    return tmp_path


@pytest.mark.parametrize("name", FOREIGN)
def test_an_output_with_files_of_others_is_refused_and_untouched(data, name):
    (data / "out").mkdir()
    (data / "out" / name).write_text("theirs")
    told = refused(data, path="data/*.jsonl")
    assert "did not write" in told
    assert "choose another folder, or empty this one" in told
    assert (data / "out" / name).read_text() == "theirs"
    assert not (data / "work").exists()


def test_a_manifest_of_another_program_is_no_marker_of_ours(data):
    (data / "out").mkdir()
    (data / "out" / "_manifest.json").write_text(json.dumps({"files": ["a"]}))
    assert "did not write" in refused(data, path="data/*.jsonl")


@pytest.mark.parametrize("key", ["workspace", "output"])
@pytest.mark.parametrize("where", ["./data/in", "./data/in/", "data/in/../in", "./data", "./link"])
def test_a_folder_that_holds_an_input_is_refused(data, key, where):
    (data / "data" / "a.jsonl").rename(data / "data" / "in" / "a.jsonl")
    (data / "link").symlink_to(data / "data" / "in")
    told = refused(data, path="data/in/*.jsonl", **{key: where})
    assert "holds the input" in told
    assert "a.jsonl of 'a'" in told
    assert (data / "data" / "in" / "a.jsonl").read_text() == LINE
    assert sorted(p.name for p in data.iterdir()) == ["data", "job.yaml", "link"]


def test_only_parts_of_ours_are_swept_and_only_beside_a_marker(tmp_path):
    output = Store(str(tmp_path))
    older = ("data/part-00000-of-00002.parquet", "part-00001-of-00002-0a1b2c3d.parquet")
    for name in (OURS, *older, *FOREIGN):
        output.publish(name, b"x")
    sweep_parts(_Run(output), [{"name": OURS}])  # pyright: ignore[reportArgumentType]  of a run it takes the output
    assert len(output.files()) == 6
    output.publish(own_output.STATE, b"a packing")
    sweep_parts(_Run(output), [{"name": OURS}])  # pyright: ignore[reportArgumentType]
    assert {f.uri for f in output.files()} == {OURS, own_output.STATE, *FOREIGN}


class _Run:
    def __init__(self, output: Store) -> None:
        self.output = output


@pytest.mark.thorough
def test_on_s3_too(tmp_path, s3, monkeypatch):
    for name, value in (
        ("ACCESS_KEY_ID", "testing"),
        ("SECRET_ACCESS_KEY", "testing"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    store = f"storage: {{endpoint_url: '{s3}'}}"
    fs = s3fs.S3FileSystem(endpoint_url=s3, use_listings_cache=False)
    fs.pipe_file("test/theirs/in/a.jsonl", LINE.encode())
    fs.pipe_file("test/foreign/deep/part-0.parquet", b"theirs")
    job = {"path": "s3://test/theirs/in/*.jsonl", "more": store, "storage": store}
    for output in ("s3://test/theirs/in", "s3a://test/theirs/", "s3://test/"):
        assert "holds the input s3://test/theirs/in/a.jsonl" in refused(tmp_path, output=output, **job)
    assert "holds 'deep/part-0.parquet'" in refused(tmp_path, output="s3://test/foreign", **job)
    assert not (tmp_path / "work").exists()
    assert sorted([*fs.find("test/theirs"), *fs.find("test/foreign")]) == [
        "test/foreign/deep/part-0.parquet",
        "test/theirs/in/a.jsonl",
    ]


def test_clean_takes_nothing_that_no_run_wrote(data):
    job = data / "job.yaml"
    job.write_text(JOB.format(path="data/*.jsonl", workspace="./work", output="./out", more="", storage=""))
    theirs = ("out/part-00000-of-00001.parquet", "notes.md", "mine/documents/a.parquet", "notes.md.1f.unfinished")
    cut_off = ("tokens/cd34.parquet.1f.unfinished", "_job.json.1f.unfinished", "lease/00000001.json.1f.unfinished")
    ours = ("documents/ab12.parquet", *cut_off, ".reach-1f")
    for name in (*theirs, *ours):
        place = data / "work" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x")
    with lease.held(Store(str(data / "work"))):
        pass
    done = CliRunner().invoke(main, ["clean", "--yes", str(job)], catch_exceptions=False)
    assert done.exit_code == 0
    shown = done.output.splitlines()[:-1]
    assert {line for line in shown if not line.partition(":")[2]} == set(ours)  # the others are totals by folder
    left = {p.relative_to(data / "work").as_posix() for p in (data / "work").rglob("*") if p.is_file()}
    assert left == {*theirs, lease.object_of(2)}


def test_clean_makes_no_workspace(data):
    job = data / "job.yaml"
    job.write_text(JOB.format(path="data/*.jsonl", workspace="./work", output="./out", more="", storage=""))
    done = CliRunner().invoke(main, ["clean", "--yes", str(job)], catch_exceptions=False)
    assert (done.exit_code, "no run has begun" in done.output) == (0, True)
    assert not (data / "work").exists()
