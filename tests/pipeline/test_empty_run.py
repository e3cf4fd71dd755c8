"""A run that loses every document says so, where they went, and that it ran: exit code 3, the funnel, the reasons."""

import gzip
import json
import re
from pathlib import Path

import pytest

from corpusmill.errors import EmptyRun, StageFailed
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import corpusmill_here

pytestmark = pytest.mark.ray

JOB = """
name: nothing
workspace: work
output: out
inputs: [{{source: a, paths: ['{path}']{more}}}]
documents: [{steps}]
tokens: {{sequence_tokens: 64}}
output_shards: 1
{last}
"""
STEPS = "signals.counts, {decide.bounds: {bounds: {word_count: [20, null]}}}"
ROWS = "".join(json.dumps({"text": f"a short text, number {i}"}) + "\n" for i in range(3)).encode()
NULLS = b'{"text": null}\n' * 3  # the field is there, so that plan lets it pass


def job(folder: Path, name: str, content: bytes, *, more: str = "", steps: str = STEPS, last: str = "") -> Path:
    (folder / name).write_bytes(content)
    path = folder / "job.yaml"
    path.write_text(JOB.format(path=name, more=more, steps=steps, last=last))
    return path


LOST = [
    ("a.jsonl", b"", "", "the inputs contain none"),
    ("a.warc.gz", gzip.compress(b"", mtime=0), "", "1 skipped (empty_member)"),
    ("a.parquet", b"PAR1 not a table at all PAR1", "", "1 failed, read: bad_parquet"),
    ("a.jsonl", NULLS, "", "3 failed, read: missing_field"),
    ("a.jsonl", ROWS, "", "3 dropped, decide.bounds: word_count<20"),
]


@pytest.mark.parametrize(("name", "content", "more", "message"), LOST)
def test_the_reasons_are_reported(name, content, more, message, ray_session, tmp_path):
    steps = STEPS if "warc" not in name else f"extract.resiliparse, {STEPS}"
    with pytest.raises(EmptyRun, match=f"no documents remain after ingest: {re.escape(message)}") as told:
        run_file(job(tmp_path, name, content, more=more, steps=steps))
    assert ("inspect dropped JOB" in str(told.value)) is ("failed" in message or "dropped" in message)
    assert str(told.value).count(message) == 1
    assert not (tmp_path / "out").exists()


def test_also_where_a_step_awaits_all_documents(ray_session, tmp_path):
    steps = f"{STEPS}, {{decide.quantiles: {{bounds: {{word_count: [0.1, null]}}}}}}"
    with pytest.raises(EmptyRun, match=r"3 dropped, decide\.bounds: word_count<20"):
        run_file(job(tmp_path, "a.jsonl", ROWS, more=", language: en", steps=steps))


def test_the_command_shows_the_funnel_and_ends_with_3(ray_session, tmp_path):
    done = corpusmill_here("run", str(job(tmp_path, "a.jsonl", NULLS)))
    assert done.returncode == 3, done.stderr
    assert "removed" in done.stderr
    assert "3 failed, read: missing_field (such as missing_field: text)" in done.stderr
    assert "inspect dropped JOB" in done.stderr
    curve = corpusmill_here("curve", str(tmp_path / "job.yaml"), "word_count")
    assert curve.returncode == 2
    assert "where nothing was kept, `corpusmill inspect dropped JOB` shows what was measured" in curve.stderr


def test_a_mix_that_cannot_be_had_does_not_claim_that_nothing_was_done(ray_session, tmp_path):
    mix = "mix: {budget_tokens: 1000000000, max_epochs: 1}"
    with pytest.raises(StageFailed, match=r"mix: (.|\n)*tokenized data is kept"):
        run_file(job(tmp_path, "a.jsonl", ROWS, steps="signals.counts", last=mix))
