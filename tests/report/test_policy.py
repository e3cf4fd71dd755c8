"""Policies bind thresholds to inputs; rules are measured on labelled documents."""

import json
from dataclasses import replace

import pytest

from corpusmill.errors import InputError
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.run import policies
from corpusmill.pipeline.run.labelled import read_labelled
from corpusmill.pipeline.run.policies import Policy
from corpusmill.pipeline.workspace.inventory import Shard

JOB = """
name: small
inputs: [{source: a, paths: [a.jsonl]}]
documents:
  - signals.counts
  - decide.bounds: {bounds: {word_count: [3, 40]}}
"""
SHARD = Shard(run=0, shard=0, source="a", reader="readers.jsonl", uri="/x/a.jsonl", start=0, end=9, size=9, etag="e1")


def approved(spec, shards=(SHARD,)) -> Policy:
    made = Policy(
        job=spec.name, corpus=policies.corpus_of(shards), decisions=policies.decisions_of(spec), evidence={"kept": 3}
    )
    return replace(made, approved_by="A. Reader", approved_at_utc="2026-01-01T00:00:00Z")


def test_the_job_and_inputs_that_were_approved_pass():
    spec = parse(JOB)
    assert list(policies.mismatches(approved(spec), spec, [SHARD])) == []
    assert list(policies.mismatches(approved(spec), spec, [replace(SHARD, uri="/elsewhere/a.jsonl")])) == []


def test_another_threshold_another_file_and_no_name_are_each_said():
    spec = parse(JOB)
    stricter = parse(JOB, overrides=["documents[decide.bounds].bounds.word_count=[9, 40]"])
    (told,) = policies.mismatches(approved(spec), stricter, [SHARD])
    assert "decide.bounds differs: approved" in told and "[9, 40]" in told  # noqa: PT018
    (told,) = policies.mismatches(approved(spec), spec, [replace(SHARD, etag="e2")])
    assert "inputs are others" in told
    (told,) = policies.mismatches(replace(approved(spec), approved_by=None), spec, [SHARD])
    assert "not approved" in told


def test_a_run_is_refused_or_warned(tmp_path):
    spec = parse(JOB)
    file = tmp_path / "policy.json"
    file.write_bytes(approved(spec).to_json())
    kept = parse(f"{JOB}policy: {{file: {file}}}\n")
    assert policies.check_run(kept, [SHARD]) == []
    other = [replace(SHARD, size=10)]
    with pytest.raises(InputError, match="propose and approve again"):
        policies.check_run(kept, other)
    warned = parse(f"{JOB}policy: {{file: {file}, on_mismatch: warn}}\n")
    assert "inputs are others" in policies.check_run(warned, other)[0]
    assert policies.check_run(spec, other) == []


def test_a_policy_file_comes_back_as_it_was_and_others_are_refused(tmp_path):
    made = approved(parse(JOB))
    assert Policy.from_json(made.to_json(), "p") == made
    with pytest.raises(InputError, match="no policy file"):
        Policy.from_json(b'{"a": 1}', "p")
    with pytest.raises(InputError, match="there is no policy file"):
        policies.read(str(tmp_path / "none.json"), {})


def test_precision_and_recall_by_language_and_rule(tmp_path):
    rows = [("one", "drop", "en"), ("two", "keep", "en"), ("three four five six", "drop", "en")]
    rows += [("sieben acht neun zehn", "keep", "de"), ("elf", "drop", "de"), ("w " * 50, "drop", None)]
    file = tmp_path / "labelled.jsonl"
    file.write_text("".join(json.dumps({"text": t, "label": v, "language": g}) + "\n" for t, v, g in rows))
    found = read_labelled(parse(JOB), file, label="label", text="text")
    whole = found.by_language()["all"]
    assert (whole.documents, whole.labelled_drop, whole.dropped, whole.dropped_rightly) == (6, 4, 4, 3)
    assert (whole.precision, whole.recall, whole.keep_lost) == (0.75, 0.75, 0.5)
    assert found.by_language()["de"].recall == 1.0
    assert {name: c.dropped for name, c in found.by_rule().items()} == {"word_count<3": 3, "word_count>40": 1}


def test_a_line_without_a_label_is_named(tmp_path):
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"text": "a", "label": "keep"}\n{"text": "b"}\n')
    with pytest.raises(InputError, match=r"labelled\.jsonl:2"):
        read_labelled(parse(JOB), file, label="label", text="text")
