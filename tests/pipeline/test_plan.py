"""`plan` says what `run` then does: it names the first stage with something to do, from the workspace as it is."""

import signal
from pathlib import Path

import pytest

from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import corpusmill, write_job
from tests.pipeline.test_commands import say
from tests.pipeline.test_failures import OWN

pytestmark = pytest.mark.ray


@pytest.fixture
def job(inputs: Path, tmp_path: Path) -> Path:
    """The small job with its own copy of the inputs, and one more file."""
    (tmp_path / "inputs").mkdir()
    for file in inputs.iterdir():
        (tmp_path / "inputs" / file.name).write_bytes(file.read_bytes())
    lines = (inputs / "documents.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "inputs" / "documents-more.jsonl").write_bytes(b"".join(lines[:20]))
    return write_job(tmp_path, tmp_path / "inputs")


def test_a_file_that_vanished_is_seen(job, ray_session):
    run_file(job)
    assert "nothing to do" in say("plan", str(job))
    (job.parent / "inputs" / "documents-more.jsonl").unlink()
    told = say("plan", str(job))
    assert "changed: 1 input units of the last run are missing, changed or excluded: documents-more.jsonl" in told
    assert "would run: evidence, dedup, tokenize, mix, profile, select, pack, documents, publish" in told
    assert run_file(job).ran["dedup"] == 1
    assert "nothing to do" in say("plan", str(job))


def test_a_run_that_was_killed_after_a_file_was_added_goes_on_from_there(job, ray_session):
    more = job.parent / "inputs" / "documents-more.jsonl"
    aside = more.rename(job.parent / "aside")
    run_file(job)
    aside.rename(more)
    killed = corpusmill("run", "--quiet", str(job), env={"CORPUSMILL_FAULT_POINT": "tokenize.manifest"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    told = say("plan", str(job))
    assert "would run: mix" in told
    assert "nothing to do" not in told
    ran = run_file(job).ran
    stages = {"mix", "profile", "select", "pack", "documents", "publish"}
    assert {stage for stage, units in ran.items() if units} == stages


@pytest.mark.parametrize(
    ("setting", "begins"),
    [
        ("dedup.url=off", "dedup, tokenize, mix"),
        ("mix.seed=7", "mix, profile, select"),
        ("mix.axes=[word_count]", "mix, profile, select"),
        ("mix.axes=[source]", "mix, profile, select"),
        ("mix.temperature=2", "mix, profile, select"),
        ("output_shards=2", "mix, profile, select"),
        ("tokens.sequence_tokens=256", "pack, documents, publish"),
    ],
)
def test_what_changed_in_the_job_says_where_a_run_begins(undisturbed, setting, begins):
    assert f"would run: {begins}" in say("plan", "--set", setting, str(undisturbed / "job.yaml"))


def test_under_another_name_it_is_another_jobs_dataset(undisturbed):
    job = str(undisturbed / "job.yaml")
    assert "the dataset of another job, 'small'" in say("plan", "--set", "name=other", job, code=2)
    assert "would run: pack, documents, publish" in say("plan", "--set", "name=other", "--replace", job)


@pytest.mark.parametrize("setting", ["dedup.near.shingle_words=4", "dedup.near.rows=4", "dedup.near=off"])
def test_the_keys_of_near_duplicates_are_made_by_ingest(undisturbed, setting):
    assert "ingest: 0 of 4 committed, 4 to run" in say("plan", "--set", setting, str(undisturbed / "job.yaml"))


@pytest.mark.parametrize(
    ("lost", "begins"),
    [("_manifest.json", "publish "), ("data/part-00001-of-00003.parquet", "pack, documents, publish")],
)
def test_an_output_that_was_touched_is_seen(undisturbed, lost, begins):
    aside = (undisturbed / "out" / lost).rename(undisturbed / "aside")
    try:
        assert f"would run: {begins}" in say("plan", str(undisturbed / "job.yaml"))
    finally:
        aside.rename(undisturbed / "out" / lost)


def test_an_edited_module_of_the_job_is_named(job, ray_session):
    (job.parent / "mine.py").write_text(OWN.replace("Fragile", "Mine").replace('"POISON"', '"NOWHERE"'))
    job.write_text(job.read_text().replace("  - signals.counts\n", "  - signals.counts\n  - {uses: mine.Mine}\n"))
    run_file(job)
    with (job.parent / "mine.py").open("a") as module:
        module.write("# one more line\n")
    assert "changed: mine.py: the file was edited: sha256 " in say("plan", str(job))
