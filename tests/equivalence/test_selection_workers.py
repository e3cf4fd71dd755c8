"""Selection on Ray: one worker and three choose the same chats, with the same reasons for all others."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipeline.jobs import corpusmill, made
from tests.support.planted_chats import planted_chats

FILES, CHATS = 6, 240
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
  - signals.clusters: {count: 4}
  - decide.similar: {field: answer, score: [quality]}
  - decide.at_most: {count: 40, by: [cluster]}
  - decide.budget: {amount: 60, score: [quality, complexity], by: task, shares: equal}
dedup: {near: off}
tokens: {sequence_tokens: 256, template: chatml}
mix: {axes: [task], unit: supervised_tokens}
output_shards: 2
"""


def chosen(folder: Path, workers: int) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What a run with so many workers makes: sums of its files, and reason by chat of what it left out."""
    (folder / "in").mkdir(parents=True)
    lines = [json.dumps(chat.row, ensure_ascii=False) + "\n" for chat in planted_chats()[:CHATS]]
    for number in range(FILES):
        (folder / "in" / f"{number}.jsonl").write_text("".join(lines[number::FILES]))
    (folder / "job.yaml").write_text(JOB)
    done = corpusmill("run", "--quiet", "--workers", str(workers), str(folder / "job.yaml"))
    assert done.returncode == 0, done.stderr
    files = sorted((folder / "work" / "dropped").glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file, columns=["source_id", "reason"]).to_pylist()]
    return made(folder / "out"), sorted((row["source_id"], row["reason"]) for row in rows)


@pytest.mark.ray
@pytest.mark.slow
def test_workers_change_neither_choice_nor_bytes(tmp_path):
    files, reasons = chosen(tmp_path / "one", 1)
    assert len({name for name, _ in reasons}) == CHATS - 60
    assert chosen(tmp_path / "three", 3) == (files, reasons)
