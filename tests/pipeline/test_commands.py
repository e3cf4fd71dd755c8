"""The command line on a finished workspace: look into it, explain, clean, update, sample, limit, own operators."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpusmill import open_workspace
from corpusmill.errors import EmptyRun
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.run.stages import folders
from corpusmill.pipeline.workspace import sweep
from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import made, write_job

pytestmark = pytest.mark.ray


def test_plan_of_a_finished_job_finds_nothing_to_do(undisturbed):
    told = say("plan", str(undisturbed / "job.yaml"))
    assert "0 of them new" in told
    assert "nothing to do" in told


def test_plan_names_what_changed_and_what_runs_again(undisturbed):
    told = say("plan", "--set", "mix.temperature=2", str(undisturbed / "job.yaml"))
    assert "changed: mix.temperature: 3.33 -> 2" in told
    assert "would run: mix, profile, select, pack, documents, publish" in told


def test_inspect_shows_dropped_documents_by_reason(undisturbed):
    told = say("inspect", "dropped", "--reason", "word_count", str(undisturbed / "job.yaml"))
    assert "dropped by decide.bounds: word_count<20" in told
    none = say("inspect", "dropped", "--reason", "no such reason", str(undisturbed / "job.yaml"))
    assert none.endswith("0 dropped documents with 'no such reason' in their reason\n")


def test_inspect_says_whose_documents_it_shows(undisturbed):
    job = str(undisturbed / "job.yaml")
    assert "shown: the last finished run\n" in say("inspect", "dropped", "--set", "mix.temperature=2", job)
    told = say("inspect", "dropped", "--most", "1", "--set", "sample.documents=0.5", job)
    assert "shown: the last finished run, of another job: sample.documents: 1.0 -> 0.5; run this one" in told
    told = say("inspect", "clusters", "--most", "1", "--set", "dedup.url=off", job)
    assert "shown: the last finished run, of another job: dedup.url: " in told


def test_inspect_of_another_job_shows_what_that_one_read(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs)
    run_file(job)
    job.write_text(job.read_text().replace("word_count: [20,", "word_count: [90_000,"))
    with pytest.raises(EmptyRun):
        run_file(job)
    told = say("inspect", "dropped", "--most", "1", "--source", "eips", str(job))
    assert "shown: what this job has read; the last finished run was of another one: step 4, decide.bounds: " in told
    assert "bounds.word_count[0]" in told
    assert "dropped by decide.bounds: word_count<90000" in told
    assert "0 kept documents of source 'eips'" in say("inspect", "documents", "--source", "eips", str(job))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("documents", "--source", "documnts"), "no source 'documnts'; did you mean 'documents'?"),
        (("documents", "--most", "-3"), "-3 is not in the range x>=1"),
        (("dropped", "--set", "workspace=nowhere"), "yet: run the job first"),
        (("clusters", "--set", "workspace=nowhere"), "no run was finished in"),
    ],
)
def test_inspect_refuses_what_it_cannot_show(undisturbed, arguments, message):
    done = CliRunner().invoke(main, ["inspect", *arguments, str(undisturbed / "job.yaml")], catch_exceptions=False)
    assert done.exit_code == 2
    assert message in done.output


def test_inspect_shows_a_duplicate_beside_its_survivor(undisturbed):
    told = say("inspect", "duplicates", "--source", "eips", "--most", "2", str(undisturbed / "job.yaml"))
    assert told.count("--- kept instead ---") == 2
    assert "similarity=" in told


def test_inspect_decodes_a_sequence(undisturbed):
    told = say("inspect", "sequence", "--row", "1", str(undisturbed / "job.yaml"))
    assert told.startswith("data/part-00000-of-00003.parquet, row 1")
    assert "n_tokens=512" in told


def test_clean_removes_the_rest_of_an_earlier_job_and_nothing_else(inputs, ray_session, undisturbed, tmp_path):
    job = write_job(tmp_path, inputs)
    run_file(job)
    assert "would delete 0 files" in say("clean", str(job))
    stale = {p for p in (tmp_path / "work").rglob("*") if p.is_file()}
    job.write_text(job.read_text().replace("word_count: [20,", "word_count: [100,"))
    run_file(job)
    listed = say("clean", str(job)).splitlines()[:-1]
    assert {f"documents/{p.name}" for p in stale if p.parent == tmp_path / "work" / "documents"} <= set(listed)
    say("clean", "--yes", str(job))
    assert run_file(job).did_nothing
    assert "would delete 0 files" in say("clean", str(job))
    job.write_text(job.read_text().replace("word_count: [100,", "word_count: [20,"))
    run_file(job)
    assert made(tmp_path / "out") == made(undisturbed / "out")


def test_all_that_a_run_writes_can_be_swept(undisturbed):
    work = undisturbed / "work"
    assert [
        p for p in work.rglob("*") if p.is_file() and not sweep.is_ours(p.relative_to(work).as_posix(), folders())
    ] == []


def test_update_adds_new_files_after_what_is_there(inputs, ray_session, tmp_path):
    mine = tmp_path / "inputs"
    mine.mkdir()
    lines = (inputs / "documents.jsonl").read_bytes().splitlines(keepends=True)
    (mine / "documents-1.jsonl").write_bytes(b"".join(lines[:50]))
    for name in ("pages.warc.gz", "texts.warc.wet.gz", "eips-versions.jsonl"):
        (mine / name).write_bytes((inputs / name).read_bytes())
    job = write_job(tmp_path, mine)
    first = run_file(job)
    (mine / "documents-1.jsonl").unlink()
    (mine / "documents-2.jsonl").write_bytes(b"".join(lines[40:90]))
    assert "inputs: 4 units, 1 of them new" in say("plan", str(job)), "a run is about the files that are there now"
    assert "inputs: 5 units, 1 of them new" in say("plan", "--update", str(job)), "an update keeps what was there"
    second = run_file(job, update=True)
    assert second.ran["ingest"] == 1
    assert second.funnel.steps[0].documents == first.funnel.steps[0].documents + 50
    assert second.funnel.steps[2].lost["text"] + second.funnel.steps[2].lost["url"] >= 10
    assert run_file(job, update=True).did_nothing


def test_a_larger_sample_contains_a_smaller_one(inputs, ray_session, tmp_path):
    kept: list[set[str]] = []
    for share in (0.2, 0.5):
        job = write_job(tmp_path / str(share), inputs)
        run_file(job, overrides=(f"sample.documents={share}",))
        kept.append(source_ids(tmp_path / str(share) / "work"))
    assert 0 < len(kept[0]) < len(kept[1])
    assert kept[0] <= kept[1]


def test_a_limit_reads_so_many_documents_of_each_source(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs)
    found = run_file(job, overrides=("sample.limit=10",))
    assert found.funnel.steps[0].documents == 40


def test_a_limit_counts_the_documents_of_a_sample(inputs, ray_session, tmp_path):
    job = write_job(tmp_path, inputs)
    found = run_file(job, overrides=("sample.limit=3", "sample.documents=0.2"))
    first, second, *_ = found.funnel.steps
    assert first.documents - second.lost["not sampled"] == 12
    assert second.lost["not sampled"] > 12


def test_a_users_own_operator_beside_the_job_runs_on_the_workers(inputs, ray_session, tmp_path):
    (tmp_path / "shouting.py").write_text(OWN)
    job = write_job(tmp_path, inputs)
    text = job.read_text().replace("  - signals.counts\n", "  - signals.counts\n  - {uses: shouting.Shouting}\n")
    job.write_text(text)
    run_file(job)
    import pyarrow.parquet as pq

    table = pq.read_table(next((tmp_path / "work" / "documents").iterdir()))
    assert max(table["exclamation_count"].to_pylist()) > 0


def source_ids(work: Path) -> set[str]:
    import pyarrow.parquet as pq

    return {i for p in (work / "documents").iterdir() for i in pq.read_table(p)["source_id"].to_pylist()}


OWN = '''
"""Exclamation marks. Source: none."""
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal


@dataclass(frozen=True, kw_only=True)
class Shouting(Signal):
    """Adds exclamation_count."""

    adds: ClassVar[Columns] = {"exclamation_count": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        return {"exclamation_count": pc.count_substring(batch.column("text"), "!").cast(pa.int32())}
'''


def test_after_a_changed_threshold_exactly_the_dropped_rows_of_the_last_run_are_read(undisturbed, tmp_path):
    for name in ("work", "out"):
        shutil.copytree(undisturbed / name, tmp_path / name)
    job = tmp_path / "job.yaml"
    job.write_text(
        (undisturbed / "job.yaml").read_text().replace(str(undisturbed), str(tmp_path)).replace("20,", "90,")
    )
    done = run_file(job)
    counts = json.loads((tmp_path / "out" / "_funnel.json").read_text())["leaves"]
    lost = sum(leaf["dropped"] + leaf["failed"] for leaf in counts)
    assert done.ran["ingest"] > 0
    everything = pq.read_table(tmp_path / "work" / "dropped")
    assert everything.num_rows > lost  # those of the first run are there too
    assert open_workspace(str(tmp_path / "work")).dropped().num_rows == lost
    assert f"wrote {lost} rows" in say("export", "dropped", job, "--out", tmp_path / "dropped.parquet")
    written = pq.read_table(tmp_path / "dropped.parquet")
    assert written.num_rows == lost
    assert len(set(written["doc_id"].to_pylist())) == lost
