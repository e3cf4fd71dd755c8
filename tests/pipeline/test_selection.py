"""A selection of chats in whole runs: each rule finds what was planted for it, and the budget is exact."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import made
from tests.support.planted_chats import (
    CONTAMINATED,
    GOOD,
    ITEMS,
    NEAR,
    OFF_TASK,
    REFUSED,
    REPETITIVE,
    TASKS,
    planted_chats,
)

pytestmark = pytest.mark.ray

BUDGET, FLOOR = 250, 0.95
JOB = """
name: selection
workspace: work
output: out
inputs:
  - source: chats
    paths: ['in/*.jsonl']
    columns:
      source_id: id
      conversation: messages
      task: task
      quality: {field: quality, type: float}
      complexity: {field: complexity, type: int}
    domain: chat
    language: en
documents:
  - signals.conversation
  - signals.contamination: {sets: items.jsonl, field: prompt}
  - decide.bounds: {bounds: {chat_repeated_ratio: [null, 0.4]}}
  - decide.bounds: {bounds: {chat_refusals: [null, 0]}}
  - decide.bounds: {bounds: {chat_overlap_ratio: [0.02, null]}}
  - decide.contamination: {from_words: 13, max_share: null}
  - decide.similar: {field: answer, score: [quality]}
  - decide.budget: {amount: 250, score: [quality, complexity], by: task, shares: SHARES}
dedup: {near: off}
tokens: {sequence_tokens: 256}
output_shards: 1
""".replace("SHARES", json.dumps(TASKS))
RULES = {
    REPETITIVE: "chat_repeated_ratio>0.4",
    REFUSED: "chat_refusals>0",
    OFF_TASK: "chat_overlap_ratio<0.02",
    CONTAMINATED: "contaminated_words",
    NEAR: "similar answer",
}
PLANTED = planted_chats()
KINDS = {chat.row["id"]: chat.kind for chat in PLANTED}


def write(folder: Path, files: int) -> Path:
    (folder / "in").mkdir(parents=True)
    lines = [json.dumps(chat.row, ensure_ascii=False) + "\n" for chat in PLANTED]
    for number in range(files):
        (folder / "in" / f"{number}.jsonl").write_text("".join(lines[number::files]))
    items = [json.dumps({"set": "exam", "text": text}) + "\n" for text in ITEMS]
    (folder / "items.jsonl").write_text("".join(items))
    (folder / "job.yaml").write_text(JOB)
    return folder / "job.yaml"


def tables(folder: Path, kind: str) -> pa.Table:
    files = sorted((folder / "work" / kind).glob("*.parquet"))
    tables = [pq.read_table(file) for file in files]
    return pa.concat_tables(tables)


@pytest.fixture(scope="module")
def ran(ray_session, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("selection")
    run_file(write(folder, 3))
    return folder


def dropped(folder: Path) -> dict[str, str]:
    """Reason by id, the last stage's files: they hold what all stages dropped."""
    rows = tables(folder, "dropped").select(["source_id", "reason"]).to_pylist()
    return {row["source_id"]: row["reason"].partition(":")[0] for row in rows}


def test_each_rule_drops_what_was_planted_for_it_and_little_else(ran):
    reasons = dropped(ran)
    for kind, rule in RULES.items():
        found = {i for i, reason in reasons.items() if reason == rule}
        planted = {i for i, each in KINDS.items() if each == kind}
        precision, recall = len(found & planted) / len(found), len(found & planted) / len(planted)
        print(f"{rule}: precision {precision:.3f}, recall {recall:.3f} of {len(planted)} {kind}")
        assert precision >= FLOOR
        assert recall >= FLOOR


def test_the_budget_and_its_shares_are_held_to_the_record_by_the_best(ran):
    kept = tables(ran, "documents").to_pylist()
    assert len(kept) == BUDGET
    tasks = Counter(row["task"] for row in kept)
    assert all(abs(tasks[task] - share * BUDGET) < 1 for task, share in TASKS.items())
    assert Counter(KINDS[row["source_id"]] for row in kept)[GOOD] >= FLOOR * BUDGET
    left_out = tables(ran, "dropped").to_pylist()
    for task in TASKS:
        worst = min(row["quality"] * row["complexity"] for row in kept if row["task"] == task)
        over = [row for row in left_out if row["reason"] == "over its share" and row["task"] == task]
        assert over
        assert all(row["quality"] * row["complexity"] <= worst for row in over)


def test_every_chat_is_kept_or_has_a_reason(ran):
    kept = tables(ran, "documents")["source_id"].to_pylist()
    assert sorted([*kept, *dropped(ran)]) == sorted(KINDS)


def test_files_split_otherwise_give_the_same_selection_and_a_second_run_does_nothing(ray_session, ran, tmp_path):
    run_file(write(tmp_path, 5))
    assert sorted(tables(tmp_path, "documents")["source_id"].to_pylist()) == sorted(
        tables(ran, "documents")["source_id"].to_pylist()
    )
    before = made(ran / "out")
    assert run_file(ran / "job.yaml").did_nothing
    assert made(ran / "out") == before
