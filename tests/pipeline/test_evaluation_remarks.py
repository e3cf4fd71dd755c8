"""Items of evaluation sets that can never match are named by a plan."""

import json

import pytest
from click.testing import CliRunner

from corpusmill.pipeline.cli.main import main


def planned(folder, step: str) -> str:
    (folder / "a.jsonl").write_text('{"text": "x"}\n')
    items = [("quiz", "What is the capital of Peru?"), ("quiz", "one two three four five six seven"), ("ok", "a " * 20)]
    (folder / "sets.jsonl").write_text("\n".join(json.dumps({"set": name, "text": text}) for name, text in items))
    (folder / "job.yaml").write_text(
        f"name: j\ninputs: [{{source: a, paths: [a.jsonl]}}]\ndocuments:\n  - {step}\n  - signals.counts\n"
    )
    done = CliRunner().invoke(main, ["plan", str(folder / "job.yaml")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.thorough
def test_a_plan_counts_the_items_that_are_shorter_than_a_run(tmp_path):
    told = planned(tmp_path, "signals.contamination: {sets: sets.jsonl, run_words: 7}")
    assert "warning: signals.contamination: 1 of 2 items of the evaluation set 'quiz' can never match" in told
    assert "'ok'" not in told
    told = planned(tmp_path, "rewrite.contamination: {sets: sets.jsonl}")
    assert "warning: rewrite.contamination: 2 of 2 items of the evaluation set 'quiz' can never match" in told


def test_a_plan_says_nothing_of_items_that_are_matched_whole(tmp_path):
    assert "can never match" not in planned(tmp_path, "signals.contamination: {sets: sets.jsonl, min_item_words: 6}")
