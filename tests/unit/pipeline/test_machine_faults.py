"""What a machine fails by is no fault of a file: it is named with its machine, and no job leaves files out for it."""

import errno
import socket
from dataclasses import replace
from types import SimpleNamespace

import pytest

from corpusmill.errors import FilesFailed, StageFailed
from corpusmill.pipeline.execution.outcomes import Failed, attempt, outcome_of, row_of
from corpusmill.pipeline.execution.run_stage import failures_in_words
from corpusmill.pipeline.stages.ingest.outcome import judge
from corpusmill.pipeline.stages.ingest.reading import FileErrors

UNIT = {"name": "a", "uri": "in/a.jsonl"}


def fails(error: Exception) -> Failed:
    """A unit that raises this error, as the driver sees it."""

    def run(_):
        raise error

    outcome = outcome_of(UNIT, row_of(0, attempt(UNIT, run)).to_pylist()[0])
    assert isinstance(outcome, Failed)
    return outcome


def no_room() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device", "/scratch/corpusmill-x/documents")


def judged(*failed: Failed) -> None:
    """Whether a job goes on that leaves out whatever failed."""
    spec = SimpleNamespace(on_failure="continue", max_failed_share=1.0)
    done = SimpleNamespace(result=SimpleNamespace(failed=failed, counts={}), shards={})
    judge(SimpleNamespace(spec=spec), done)  # pyright: ignore[reportArgumentType]


def test_a_full_disk_is_reported_once_with_its_machine_and_without_a_trace():
    told = failures_in_words("ingest", [fails(no_room())] * 40)
    assert f"No space left on device: '/scratch/corpusmill-x/documents' (on {socket.gethostname()})" in told
    assert "what succeeded is kept" in told
    assert "on_failure" not in told
    assert len(told.splitlines()) == 2


def test_a_full_disk_ends_a_job_that_goes_on_without_damaged_files():
    damaged = fails(ValueError("byte 7 is damaged"))
    judged(damaged)
    with pytest.raises(StageFailed, match="No space left"):
        judged(damaged, fails(no_room()))


def test_a_full_disk_is_not_held_against_a_file_of_a_shared_unit():
    errors = FileErrors()
    shard = SimpleNamespace(slot=3)
    with pytest.raises(OSError, match="No space left"):
        errors.add(shard, no_room())  # pyright: ignore[reportArgumentType]
    errors.add(shard, ValueError("byte 7 is damaged"))  # pyright: ignore[reportArgumentType]
    with pytest.raises(FilesFailed):
        errors.require_none(SimpleNamespace(files=[shard]))  # pyright: ignore[reportArgumentType]


def test_units_that_fail_for_several_reasons_keep_the_trace_of_the_first():
    mixed = [fails(ValueError("byte 7 is damaged")), replace(fails(no_room()), unit={"name": "b", "uri": "in/b.jsonl"})]
    assert "Traceback" in failures_in_words("ingest", mixed)
