"""Whose a dataset is: no job replaces that of another, or the whole by a sample, unless it is to."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpusmill.cluster.storage import Store
from corpusmill.errors import ExitCode, InputError
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.commands.jobs import job_of, job_to_run, sample_folder
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.files.dataset_layout import MANIFEST, STATE
from corpusmill.pipeline.preflight.owner import another_owner, owner_of, packing_state

JOB = """
name: {name}
workspace: ./work
output: {output}
inputs: [{{source: a, paths: ['data/*.jsonl']}}]
{more}
"""
SAMPLES = ("sample: {documents: 0.1}", "sample: {inputs: 0.5}", "sample: {limit: 20}")
WHOLE = ""


def job(folder: Path, *, name: str = "mine", output: str = "./out", more: str = "") -> Path:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "a.jsonl").write_text('{"text": "x"}\n')
    path = folder / "job.yaml"
    path.write_text(JOB.format(name=name, output=output, more=more))
    return path


def put(folder: Path, *, name: str = "mine", more: str = "", finished: bool = True) -> Store:
    """A dataset of that job in `out`, with a manifest or only begun."""
    owner = owner_of(parse(JOB.format(name=name, output="./out", more=more)))
    output = Store(str(folder / "out"))
    output.publish(STATE, packing_state("0" * 32, owner))
    if finished:
        output.publish(MANIFEST, json.dumps({**owner.to_json(), "parts": []}).encode())
    return output


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize(
    ("theirs", "mine", "refused"),
    [
        (("a", WHOLE), ("b", WHOLE), "another job, 'a'"),
        (("a", SAMPLES[0]), ("b", WHOLE), "another job, 'a'"),
        *((("a", WHOLE), ("a", sample), "only a sample") for sample in SAMPLES),
        *((("a", sample), ("a", WHOLE), None) for sample in SAMPLES),
        (("a", SAMPLES[0]), ("a", SAMPLES[2]), None),
        (("a", WHOLE), ("a", WHOLE), None),
    ],
)
def test_who_may_replace_what(tmp_path, theirs, mine, refused, finished):
    output = put(tmp_path, name=theirs[0], more=theirs[1], finished=finished)
    told = another_owner(output, parse(JOB.format(name=mine[0], output="./out", more=mine[1])))
    if refused is None:
        assert told is None
    else:
        assert told is not None
        assert refused in told
        assert "--replace" in told
        assert "another folder" in told


def test_nothing_there_and_things_that_say_no_owner_are_nobodys(tmp_path):
    output = Store(str(tmp_path))
    spec = parse(JOB.format(name="mine", output="./out", more=""))
    assert another_owner(output, spec) is None
    for content in (b"a packing", b"[1]", b"{}"):
        output.publish(STATE, content)
        assert another_owner(output, spec) is None


@pytest.mark.parametrize("command", ["plan", "run", "update"])
def test_the_commands_refuse_before_anything_is_done(tmp_path, command):
    put(tmp_path, name="theirs")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    done = CliRunner().invoke(main, [command, str(job(tmp_path))], catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB
    assert "job.yaml:4:1 output: " in done.output
    assert "the dataset of another job, 'theirs'" in done.output
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert not (tmp_path / "work").exists()


def test_plan_goes_on_when_it_is_to_replace(tmp_path):
    put(tmp_path, name="theirs")
    done = CliRunner().invoke(main, ["plan", "--replace", str(job(tmp_path))], catch_exceptions=False)
    assert (done.exit_code, "1 of them new" in done.output) == (0, True)


@pytest.mark.parametrize("folder", ["out/validation", "out/deep/er", "link/x", "out/../out/new"])
@pytest.mark.parametrize("key", ["output", "workspace"])
@pytest.mark.parametrize("owner", ["theirs", "mine"])
def test_a_folder_inside_a_dataset_is_refused_with_and_without_replace(tmp_path, folder, key, owner):
    put(tmp_path, name=owner)
    (tmp_path / "link").symlink_to(tmp_path / "out")
    other = "output=./apart" if key == "workspace" else "workspace=./apart"
    for more in ([], ["--replace"]):
        arguments = ["plan", *more, "--set", f"{key}={folder}", "--set", other, str(job(tmp_path))]
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == ExitCode.WRONG_JOB
        assert f"is inside {tmp_path}/out, which holds the dataset of {owner!r}" in done.output


def test_a_workspace_that_is_a_dataset_is_refused(tmp_path):
    put(tmp_path, name="theirs")
    arguments = ["plan", "--set", "workspace=out", "--set", "output=apart", str(job(tmp_path))]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB
    assert f"{tmp_path}/out holds the dataset of 'theirs'" in done.output


def test_an_output_inside_the_workspace_of_another_job_is_refused(tmp_path):
    for name in ("_job.json", "inventory.parquet"):
        Store(str(tmp_path / "theirs")).publish(name, b"x")
    arguments = ["plan", "--set", "output=theirs/documents", str(job(tmp_path))]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB
    assert f"is inside {tmp_path}/theirs, which is the workspace of a job" in done.output


def test_anothers_dataset_where_the_held_out_documents_go_is_refused_before_anything_is_done(tmp_path):
    owner = owner_of(parse(JOB.format(name="theirs", output="./out", more="")))
    there = Store(str(tmp_path / "out" / "validation"))
    there.publish(MANIFEST, json.dumps({**owner.to_json(), "parts": []}).encode())
    put(tmp_path)
    held_out = job(tmp_path, more="mix: {held_out: 0.5}")
    done = CliRunner().invoke(main, ["run", str(held_out)], catch_exceptions=False)
    assert done.exit_code == ExitCode.WRONG_JOB
    assert f"{tmp_path}/out/validation holds the dataset of another job, 'theirs'" in done.output
    assert (tmp_path / "out" / MANIFEST).exists()
    for arguments in (["--replace", str(held_out)], [str(job(tmp_path))]):
        assert CliRunner().invoke(main, ["plan", *arguments], catch_exceptions=False).exit_code == 0


@pytest.mark.parametrize("how", [(0.5, None, ()), (None, 20, ()), (None, None, ("sample.inputs=0.5",))])
def test_a_sample_of_the_command_line_has_a_folder_of_its_own(tmp_path, how):
    sample, limit, overrides = how
    path = job(tmp_path)
    spec = job_to_run(path, overrides, sample=sample, limit=limit)
    assert spec.output == str(tmp_path / "out-sample")
    assert spec.workspace == str(tmp_path / "work")
    assert job_to_run(path, (*overrides, "output=here"), sample=sample, limit=limit).output == str(tmp_path / "here")


def test_commands_about_a_dataset_find_that_of_the_sample(tmp_path):
    path = job(tmp_path)
    assert job_of(path, ("sample.documents=0.1",)).output == str(tmp_path / "out-sample")
    assert job_of(path, ("sample.documents=1.0",)).output == str(tmp_path / "out")
    assert job_of(path, ("mix.seed=3",)).output == str(tmp_path / "out")


def test_a_sample_of_the_job_file_goes_where_the_job_file_says(tmp_path):
    assert job_of(job(tmp_path, more=SAMPLES[0]), ()).output == str(tmp_path / "out")


@pytest.mark.parametrize("bucket", ["s3://bucket", "s3://bucket/", "gs://bucket"])
def test_a_bucket_has_no_folder_beside_it(bucket):
    with pytest.raises(InputError, match="is a bucket"):
        sample_folder(bucket)
    assert sample_folder("s3://bucket/deep/corpus/") == "s3://bucket/deep/corpus-sample"
