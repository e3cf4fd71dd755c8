"""What gives way to a better document with a near vector is what comparing all pairs of a group says."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import StageFailed
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.decide.similar import answer_of
from corpusmill.operators.decide.similar_vectors import SimilarVectors
from corpusmill.operators.text import apart
from corpusmill.operators.text.apart import nearer_ones
from corpusmill.operators.text.vectors import cosines, rounded
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.stages.gathered import near_vectors as judging
from corpusmill.pipeline.stages.gathered.near_vectors import GatherPoints, near_vectors
from corpusmill.pipeline.workspace.shards import Shards
from tests.unit.pipeline.test_gathered import SHARDS, gathered, work

ROWS, WIDTH = 30, 16
STEP = SimilarVectors(embedding="vector", score=("quality",), by=("cluster",))


def table_of(shard) -> pa.Table:
    """Documents of a shard near one of 20 points that all shards share, in three clusters; some lack something."""
    chance, shared = np.random.default_rng(shard.shard), np.random.default_rng(99)
    drafts = shared.normal(size=(20, WIDTH))
    which = chance.integers(0, 20, ROWS)
    vectors = drafts[which] + chance.normal(size=(ROWS, WIDTH)) * chance.choice([0.05, 0.3, 1.0], (ROWS, 1))
    lists = [None if i == 4 else row.tolist() for i, row in enumerate(vectors)]
    lists[5], lists[6] = [1.0, 0.5], [1.0, 0.5]  # of another model
    return pa.table(
        {
            "doc_id": pa.array(doc_ids(run=shard.run, shard=shard.shard, rows=np.arange(ROWS), uri="")),
            "text": pa.array([f"{shard.shard} {i}" for i in range(ROWS)], TEXT),
            "vector": pa.array(lists, pa.list_(pa.float32())),
            "cluster": pa.array([None if i == 8 else int(w % 3) for i, w in enumerate(which)], pa.int32()),
            "quality": pa.array(chance.random(ROWS)),
        }
    )


def found_by(folder: Path, unit_bytes: int = 1 << 28, seed: int = 0, batch: int = 7) -> list[dict]:
    """The rows of all answers."""
    files = {}
    for shard in SHARDS:
        place = folder / str(shard.shard)
        place.mkdir(parents=True)
        batches = [Batch(table_of(shard).slice(at, batch)) for at in range(0, ROWS, batch)]
        gather = GatherPoints(place, f"unit{shard.shard}", Shards.of([shard]).groups()[0], STEP)
        facts = gathered(place, gather, batches)
        for name in facts["files"]:
            Store(str(folder)).publish_file(name, place / name)
        files |= facts["files"]
    entered = [
        EnteredShard(unit=f"unit{s.shard}", number=s.run << 26 | s.shard, source="s", priority=0, uri=s.uri)
        for s in SHARDS
    ]
    found = near_vectors(work(folder, unit_bytes, seed), files, entered, STEP)
    contents = [Store(str(folder)).read(found.answers[f"unit{s.shard}"]) for s in SHARDS]
    return [row for content in contents for row in answer_of(content).to_pylist()]


def test_it_is_what_comparing_all_pairs_says(tmp_path):
    rows = [r for s in SHARDS for r in table_of(s).to_pylist() if r["vector"] and r["cluster"] is not None]
    rows.sort(key=lambda r: (r["doc_id"] >> 52, -r["quality"]))
    staying, expected = [], {}
    for row in rows:
        for other in staying:
            if row["cluster"] == other["cluster"] and len(row["vector"]) == len(other["vector"]):
                pair = np.array([row["vector"], other["vector"]])
                points, _ = rounded(pair)
                if cosines(points[:1], points[1:])[0, 0] >= STEP.threshold:
                    expected[row["doc_id"]] = other["doc_id"]
                    break
        else:
            staying.append(row)
    found = found_by(tmp_path)
    assert {r["doc_id"]: r["better"] for r in found} == expected
    assert len(expected) > 30
    assert all(r["similarity"] >= STEP.threshold for r in found)


@pytest.mark.thorough
def test_the_answer_is_the_same_in_any_order_of_units_and_any_size_of_pieces(tmp_path):
    ways = ((1 << 28, 7), (1 << 13, 30), (1 << 12, 1))
    answers = [found_by(tmp_path / str(i), size, i, batch) for i, (size, batch) in enumerate(ways)]
    assert answers[0] == answers[1] == answers[2]


def test_blocks_of_any_size_compare_alike(monkeypatch):
    chance = np.random.default_rng(3)
    points, _ = rounded(chance.normal(size=(40, 6))[chance.integers(0, 40, 700)] + chance.normal(size=(700, 6)) * 0.2)
    whole = nearer_ones(points, 0.9)
    monkeypatch.setattr(apart, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(apart, "STAYING_AT_ONCE", 11)
    pieces = nearer_ones(points, 0.9)
    assert whole[0].tolist() == pieces[0].tolist()
    assert whole[1].tolist() == pieces[1].tolist()
    assert 100 < (whole[0] >= 0).sum() < 690


def test_the_reason_names_the_document_that_stays(tmp_path):
    found = found_by(tmp_path)[0]
    table = table_of(SHARDS[0])
    content = Store(str(tmp_path)).read(next(str(p.relative_to(tmp_path)) for p in (tmp_path / "answers").iterdir()))
    step = SimilarVectors(embedding="vector", found=Resource("found", content))
    reasons = [r for r in step(Batch(pa.concat_tables([table_of(s) for s in SHARDS]))).to_pylist() if r]
    assert reasons
    assert all(r.startswith("similar vector: ") and " to document " in r for r in reasons)
    assert found["doc_id"] in table["doc_id"].to_pylist()


def test_a_group_that_is_too_large_ends_with_what_to_change(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "MOST_BYTES", 100)
    with pytest.raises(StageFailed, match=r"a group has .* make more clusters"):
        found_by(tmp_path)
