"""Clusters, near vectors and a shared budget in whole runs: an update keeps what was chosen and holds the budget."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import run_file, say
from tests.pipeline.test_selection import tables

pytestmark = pytest.mark.ray

BUDGET, ROWS, TOPICS, WIDTH = 110, 120, 4, 16
JOB = """
name: updates
workspace: work
output: out
inputs:
  - source: rows
    paths: ['in/*.parquet']
    columns: {source_id: id, task: task, quality: {field: quality, type: float}, vector: {field: vector, type: floats}}
    domain: chat
    language: en
documents:
  - signals.clusters: {count: 4, embedding: vector, sample: 100}
  - decide.similar_vectors: {embedding: vector, score: [quality], threshold: 0.99}
  - decide.budget: {amount: 110, score: [quality], by: task, shares: equal}
dedup: {near: off}
tokens: {sequence_tokens: 128}
output_shards: 1
"""


def write_rows(file: Path, tasks: str, seed: int) -> None:
    """Rows with vectors of one of four topics, as a list of fixed size; one in ten is a copy of the row before."""
    chance, axes = np.random.default_rng(seed), np.random.default_rng(1).normal(size=(TOPICS, WIDTH))
    topic = chance.integers(0, TOPICS, ROWS)
    vectors = (axes[topic] + chance.normal(size=(ROWS, WIDTH)) * 0.6).astype(np.float32)
    vectors[9::10] = vectors[8::10]
    topic[9::10] = topic[8::10]
    columns = {
        "id": [f"{file.stem}-{i}-{topic[i]}" for i in range(ROWS)],
        "text": [" ".join(f"word{n}" for n in chance.integers(0, 5000, 12)) for _ in range(ROWS)],
        "task": [tasks[i % len(tasks)] for i in range(ROWS)],
        "quality": chance.random(ROWS),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), WIDTH),
    }
    file.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), file)


def kept(folder: Path) -> dict[str, dict]:
    return {row["source_id"]: row for row in tables(folder, "documents").to_pylist()}


def test_an_update_holds_the_budget_and_keeps_what_was_chosen(ray_session, tmp_path):
    write_rows(tmp_path / "in" / "a.parquet", "ab", 1)
    (tmp_path / "job.yaml").write_text(JOB)
    run_file(tmp_path / "job.yaml")
    first, alone = kept(tmp_path), ROWS - ROWS // 10
    assert len(first) == alone < BUDGET
    topics = {(row["cluster"], name.rsplit("-", 1)[1]) for name, row in first.items()}
    assert len(topics) == len({cluster for cluster, _ in topics}) == TOPICS
    files = (tmp_path / "work" / "dropped").glob("*.parquet")
    rows = [row for file in files for row in pq.ParquetFile(file).read(["source_id", "reason"]).to_pylist()]
    reasons = {row["source_id"]: row["reason"].partition(":")[0] for row in rows}
    assert [*reasons.values()] == ["similar vector"] * (ROWS // 10)
    write_rows(tmp_path / "in" / "b.parquet", "bccd", 2)
    run_file(tmp_path / "job.yaml", update=True)
    both = kept(tmp_path)
    assert first.keys() <= both.keys()
    assert all(both[name]["cluster"] == row["cluster"] for name, row in first.items())
    more = Counter(row["task"] for name, row in both.items() if name not in first)
    assert more == {"c": 1, "d": 1}  # a and b have more than their quarter of 110 already
    assert len(both) == BUDGET
    assert f"decide.budget: {BUDGET} documents stay" in say("plan", "--update", tmp_path / "job.yaml")
