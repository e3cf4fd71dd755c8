"""Updates that publish versions: the documents of one run over everything, readers never without a dataset."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

import corpusmill
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import Summary, run_job
from tests.pipeline.conftest import say
from tests.pipeline.jobs import corpusmill as in_a_process

pytestmark = pytest.mark.ray

JOB = """
name: small
workspace: work
output: out
inputs: [{source: a, paths: ['in/*.jsonl'], columns: {url: url}, language: en, domain: web}]
documents: [signals.counts]
mix: {axes: [domain, language], budget_tokens: 20_000, held_out: 0.05}
tokens: {sequence_tokens: 128}
output_shards: 2
versions: {keep: 2}
"""


def write(folder: Path, name: str, documents: range) -> None:
    (folder / "in").mkdir(exist_ok=True)
    lines = [{"text": f"number {n} of its kind, " * 12 + f"{n * 7919}", "url": f"http://h/{n}"} for n in documents]
    (folder / "in" / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def job(tmp_path: Path) -> Path:
    write(tmp_path, "2026-08", range(400))
    (tmp_path / "job.yaml").write_text(JOB)
    return tmp_path / "job.yaml"


def update(job: Path, slot: str | None = None) -> Summary:
    return run_job(load(job), Options(update=True, versioned=True, slot=slot), Display(quiet=True))


def copies(output: Path) -> set[tuple[int, int, tuple[int, ...]]]:
    """Every copy of every document of the latest version, with its ids."""
    documents = corpusmill.open_dataset(str(output)).documents()
    return {(d.doc_id, d.pass_, tuple(d.ids.tolist())) for d in documents}


def latest(job: Path) -> str:
    return json.loads((job.parent / "out" / "latest.json").read_text())["folder"]


def test_three_slots_hold_the_documents_of_one_run_over_everything(job, ray_session, tmp_path):
    folder = job.parent
    assert update(job, "2026-08").version.folder == "v0001"
    opened = corpusmill.open_dataset(str(folder / "out"))
    before = {p.name: p.read_bytes() for p in (folder / "out" / "v0001").glob("*.*") if p.is_file()}
    write(folder, "2026-09", range(390, 420))  # ten of them are published already
    done = update(job, "2026-09")
    new = done.version.new
    assert (new["files"], new["documents"], new["duplicates"]) == (1, 30, 10)
    record = json.loads((folder / "out/v0002/_version.json").read_text())
    assert (record["base"], record["generation"], record["slot"]) == ("v0001", 1, "2026-09")
    assert opened.table().num_rows == opened.manifest["sequences"], "a reader keeps the version that it opened"
    assert "valid: all" in say("verify", job)
    assert update(job, "2026-09").did_nothing
    assert latest(job) == "v0002"
    write(folder, "2026-10", range(500, 515))
    assert update(job, "2026-10").version.folder == "v0003"
    assert "valid: all" in say("verify", job)
    assert sorted(p.name for p in (folder / "out").glob("v*")) == ["v0002", "v0003"], "versions.keep is 2"
    assert all((folder / "out/v0002" / p).stat().st_nlink >= 1 for p in os.listdir(folder / "out/v0002"))
    other = tmp_path / "other"
    shutil.copytree(folder / "in", other / "in")
    (other / "job.yaml").write_text(JOB)
    run_job(load(other / "job.yaml"), Options(), Display(quiet=True))
    whole = corpusmill.open_dataset(str(other / "out"))
    versioned = corpusmill.open_dataset(str(folder / "out"))
    assert {c[2] for c in copies(folder / "out")} == {c[2] for c in copies(other / "out")}
    assert versioned.manifest["tokens"] == whole.manifest["tokens"]
    assert before, "the first version was there"


def test_a_version_whose_parts_nothing_changes_shares_them(job, ray_session):
    job.write_text(JOB.replace("budget_tokens: 20_000, held_out: 0.05", "temperature: 1"))
    update(job)
    write(job.parent, "2026-09", range(400, 410))
    update(job)
    old, new = (job.parent / "out" / name for name in ("v0001", "v0002"))
    for part in old.glob("data/part-*.parquet"):
        assert (new / "data" / part.name).stat().st_ino == part.stat().st_ino
    assert len(list(new.glob("data/part-*.parquet"))) == len(list(old.glob("data/part-*.parquet"))) + 1
    shutil.rmtree(old)
    assert "valid: all" in say("verify", job)


@pytest.mark.parametrize(
    "point",
    [
        "carry.manifest",
        "version.latest",
        *(pytest.param(p, marks=pytest.mark.slow) for p in ("version.record", "run.remember")),
    ],
)
def test_killed_anywhere_readers_have_a_dataset_and_the_same_command_ends_it(job, ray_session, point):
    update(job, "2026-08")
    write(job.parent, "2026-09", range(390, 420))
    arguments = ("update", "--quiet", "--slot", "2026-09", str(job))
    killed = in_a_process(*arguments, env={"CORPUSMILL_FAULT_POINT": point})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert corpusmill.open_dataset(str(job.parent / "out")).table().num_rows
    assert "dead" in say("status", job)
    update(job, "2026-09")
    assert latest(job) == "v0002"
    assert "valid: all" in say("verify", job)
    assert "slot 2026-09 is done already, it is v0002" in say("update", "--slot", "2026-09", job)
    assert [each["slot"] for each in json.loads(say("versions", "--json", job))] == ["2026-08", "2026-09"]


def test_rolled_back_it_stays_until_it_is_let_go(job, ray_session):
    update(job, "2026-08")
    write(job.parent, "2026-09", range(400, 420))
    update(job, "2026-09")
    say("versions", "--tag", "good", "--of", "2026-08", job)
    assert "latest is v0001 and held there" in say("rollback", job, "good")
    write(job.parent, "2026-10", range(500, 515))
    done = update(job, "2026-10")
    assert (done.version.folder, latest(job)) == ("v0003", "v0001")
    assert "held at v0001" in done.version.held
    say("rollback", job, "newest")
    assert latest(job) == "v0003"
    assert (job.parent / "out/v0001/_manifest.json").is_file(), "it has a tag"


def test_a_takedown_takes_out_of_every_version(job, ray_session):
    update(job)
    write(job.parent, "2026-09", range(400, 420))
    update(job)
    doc_id = next(corpusmill.open_dataset(str(job.parent / "out")).documents()).doc_id
    (job.parent / "list.txt").write_text(f"{doc_id}\n")
    say("takedown", job, job.parent / "list.txt")
    for name in ("v0001", "v0002"):
        there = {d.doc_id for d in corpusmill.open_dataset(str(job.parent / "out"), version=name).documents()}
        assert doc_id not in there
    assert "valid: all" in say("verify", job)


def test_a_dataset_from_before_versions_stays_as_it_is(job, ray_session):
    run_job(load(job), Options(), Display(quiet=True))
    out = job.parent / "out"
    before = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert update(job).did_nothing
    assert not (out / "latest.json").exists()
    write(job.parent, "2026-09", range(400, 420))
    first = update(job).version
    assert (first.folder, first.new["files"], first.new["documents"]) == ("v0001", 1, 20)  # not all 420
    assert first.new["tokens"] < 2000
    assert {name: (out / name).read_bytes() for name in before} == before
    assert len(list(corpusmill.open_dataset(str(out)).documents())) > 0
    say("rollback", job, "v0000")
    assert corpusmill.open_dataset(str(out)).store.url == str(out)


def test_paths_with_slots_are_caught_up_with_in_order(job, ray_session):
    job.write_text(JOB.replace("in/*.jsonl", "in/{slot:%Y-%m}.jsonl"))
    write(job.parent, "2026-09", range(400, 420))
    told = say("update", "--every", "monthly", "--since", "2026-08", job, code=2)
    assert "2026-10" in told, "the slots of August and September are done, and there is no file for October"
    slots = json.loads((job.parent / "work/_slots.json").read_text())
    assert slots == {"2026-08": {"version": "v0001"}, "2026-09": {"version": "v0002"}}
