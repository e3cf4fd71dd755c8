"""Units that fail: tried again, told by file, the rest kept; and inputs that are damaged or change under a run."""

import gzip
import json
from pathlib import Path

import pytest

from corpusmill.errors import StageFailed
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import write_job

pytestmark = pytest.mark.ray

OWN = '''
"""Fails on one text. Source: none."""
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal


@dataclass(frozen=True, kw_only=True)
class Fragile(Signal):
    """Adds nothing of use."""

    adds: ClassVar[Columns] = {"fragile": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        if pc.any(pc.match_substring(batch.column("text"), "POISON")).as_py():
            raise ValueError("this text cannot be measured: https://h/x?sig=0123abc")
        return {"fragile": pa.array([0] * batch.num_rows, pa.int32())}
'''


@pytest.fixture
def fragile_job(inputs: Path, tmp_path: Path) -> Path:
    """The small job with an operator that fails on one of the input files."""
    mine = tmp_path / "inputs"
    mine.mkdir()
    for file in inputs.iterdir():
        (mine / file.name).write_bytes(file.read_bytes())
    text = (
        "POISON in a text that is long enough to be kept by all the other rules of this job, words and words and words"
    )
    (mine / "documents-poison.jsonl").write_text(json.dumps({"id": "p", "text": text}) + "\n")
    (tmp_path / "fragile.py").write_text(OWN)
    job = write_job(tmp_path, mine)
    job.write_text(job.read_text().replace("  - signals.counts\n", "  - signals.counts\n  - {uses: fragile.Fragile}\n"))
    return job


def test_a_unit_that_fails_ends_the_run_before_publish_and_names_its_file(fragile_job, ray_session):
    with pytest.raises(StageFailed, match=r"documents-poison\.jsonl: ValueError: this text cannot be measured"):
        run_file(fragile_job)
    assert not (fragile_job.parent / "out").exists()
    (fragile_job.parent / "inputs" / "documents-poison.jsonl").unlink()
    again = run_file(fragile_job)
    assert again.ran["ingest"] == 0, "what succeeded was kept"
    assert (fragile_job.parent / "out" / "_manifest.json").exists()


def test_with_continue_the_rest_is_published_if_few_enough_failed(fragile_job, ray_session):
    with pytest.raises(StageFailed, match="more than max_failed_share"):
        run_file(fragile_job, overrides=("on_failure=continue",))
    done = run_file(fragile_job, overrides=("on_failure=continue", "max_failed_share=0.5"))
    assert done.manifest["tokens"] > 0
    (missing,) = done.manifest["missing"]
    assert (missing["file"], missing["reason"]) == ("documents-poison.jsonl", "ValueError")
    out = fragile_job.parent / "out"
    assert "documents-poison.jsonl" in (out / "README.md").read_text()
    for name in ("_manifest.json", "README.md"):
        assert "sig=" not in (out / name).read_text(), "the words of an error may hold anything"
    (told,) = json.loads((out / "_run.json").read_text())["missing"]
    assert told["error"] == "ValueError: this text cannot be measured: https://h/x?sig=***"


def test_a_truncated_file_costs_its_last_records_only(inputs, ray_session, tmp_path):
    mine = tmp_path / "inputs"
    mine.mkdir()
    for file in inputs.iterdir():
        (mine / file.name).write_bytes(file.read_bytes())
    lines = (inputs / "documents.jsonl").read_bytes()
    (mine / "documents.jsonl").unlink()
    (mine / "documents.jsonl.gz").write_bytes(gzip.compress(lines)[:-5000])
    job = write_job(tmp_path, mine)
    job.write_text(job.read_text().replace("documents*.jsonl", "documents*.jsonl.gz"))
    done = run_file(job)
    failed = {why: n for why, n in done.funnel.steps[1].lost.items() if why.startswith("failed, read")}
    assert sum(failed.values()) == 1
    assert "truncated" in next(iter(failed))
    kept = done.funnel.by("source")["documents"]["kept"]
    assert done.funnel.by("source")["documents"]["failed"] == 1
    came, went = done.funnel.steps[0].documents, done.funnel.steps[1]
    assert came == went.documents + sum(went.lost.values())
    assert 0 < kept < len(lines.splitlines())
