"""An update where inputs and steps have both changed: refused before any work, and the remedies it names work."""

import json
import signal
from pathlib import Path

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputChanged, InputError
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.stages.ingest.reading import opened
from corpusmill.pipeline.workspace import inventory
from tests.pipeline.conftest import run_file, say
from tests.pipeline.jobs import corpusmill

pytestmark = pytest.mark.ray

JOB = """
name: small
workspace: work
output: out
inputs: [{source: a, paths: ['in*.jsonl'], language: en, domain: web}]
documents: [signals.counts]
output_shards: 1
"""
BOUNDS = "documents: [signals.counts, {decide.bounds: {bounds: {word_count: [1, null]}}}]"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    for file in range(6):
        write(tmp_path / f"in{file}.jsonl", [f"the {i}th text of file {file}, " * 20 for i in range(3)])
    (tmp_path / "job.yaml").write_text(JOB)
    return tmp_path / "job.yaml"


def write(file: Path, texts: list[str]) -> None:
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def change_inputs(job: Path) -> None:
    """One file is another now, four are gone."""
    write(job.parent / "in0.jsonl", ["another text than before, " * 20])
    for file in range(1, 5):
        (job.parent / f"in{file}.jsonl").unlink()


def change_steps(job: Path) -> None:
    job.write_text(job.read_text().replace("documents: [signals.counts]", BOUNDS))


def test_changed_inputs_and_changed_steps_are_refused_before_any_work(job, ray_session):
    run_file(job)
    change_inputs(job)
    assert "inputs: 7 units, 1 of them new" in say("plan", "--update", job)
    change_steps(job)
    inventory_before = (job.parent / "work" / inventory.NAME).read_bytes()
    refusals = say("plan", "--update", job, code=2), say("update", job, code=2)
    assert (job.parent / "work" / inventory.NAME).read_bytes() == inventory_before
    for told in refusals:
        assert "in0.jsonl, " in told
        assert "in2.jsonl and 2 more (files: 5)" in told
        assert "undo that change" in told
        assert "`corpusmill run JOB`" in told
    job.write_text(JOB)  # the one remedy
    assert run_file(job, update=True).ran["ingest"] == 1
    change_steps(job)  # the other
    with pytest.raises(InputError, match="cannot be read again"):
        run_file(job, update=True)
    assert run_file(job).ran["ingest"] == 2
    assert run_file(job, update=True).did_nothing


def test_a_file_that_changes_while_an_update_reads_it_is_read_by_the_next(job, ray_session):
    run_file(job)
    write(job.parent / "in7.jsonl", ["a text that came late, " * 20])
    write(job.parent / "in8.jsonl", ["another text that came late, " * 20])
    killed = corpusmill("update", "--quiet", str(job), env={"CORPUSMILL_FAULT_POINT": "tokenize.manifest"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (job.parent / "in7.jsonl").unlink()  # read already
    told = say("plan", "--update", job)
    assert "inputs: 8 units, 0 of them new" in told
    change_steps(job)  # as if it had not been read
    (job.parent / "in8.jsonl").write_text((job.parent / "in8.jsonl").read_text() * 2)
    assert "inputs: 7 units, 1 of them new" in say("plan", "--update", job)


def test_a_unit_whose_file_changed_or_went_names_a_run(job, ray_session):
    run_file(job)
    change_inputs(job)
    spec = load(job)
    known = {Path(s.uri).name: s for s in inventory.read(Store(spec.workspace))}
    with pytest.raises(
        InputChanged, match=r"in0.jsonl changed since .*`corpusmill run JOB` takes the inputs as they are now"
    ):
        read(spec, known["in0.jsonl"])
    with pytest.raises(InputChanged, match=r"in1.jsonl is gone since .* put it back, or go on: `corpusmill run JOB`"):
        read(spec, known["in1.jsonl"])
    assert read(spec, known["in5.jsonl"])


def read(spec: JobSpec, shard: inventory.Shard) -> bytes:
    with opened(spec, shard) as file:
        return file.read()
