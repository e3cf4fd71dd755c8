"""What gives way to a better picture with a near hash is what comparing all pairs says."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.errors import StageFailed
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.decide.similar import answer_of
from corpusmill.operators.decide.similar_pictures import SimilarPictures
from corpusmill.operators.text.hamming import distances, near_pairs, words_of
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.stages.gathered import pictures
from corpusmill.pipeline.stages.gathered.kind import Gathered
from corpusmill.pipeline.stages.gathered.pictures import FindSimilarPictures
from corpusmill.pipeline.workspace.shards import Shards
from tests.unit.pipeline.test_gathered import SHARDS, gathered, work

ROWS = 40
STEP = SimilarPictures(score=("pixel_width",))


def flipped(hashes: np.ndarray, many: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """The hashes (uint8[n, 32]) with so many bits of each turned, drawn at random."""
    bits = np.unpackbits(hashes, axis=1)
    for row, count in zip(bits, many.tolist(), strict=True):
        row[chance.choice(256, count, replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def table_of(shard) -> pa.Table:
    """Pictures of a shard within 40 bits of one of 25 that all shards share; some have no hash, or a poor one."""
    chance, shared = np.random.default_rng(shard.shard), np.random.default_rng(99)
    drafts = shared.integers(0, 256, (25, 32), dtype=np.uint8)
    hashes = flipped(drafts[chance.integers(0, 25, ROWS)], chance.integers(0, 40, ROWS), chance)
    digits = [None if i == 4 else "0badhash" if i == 5 else row.tobytes().hex() for i, row in enumerate(hashes)]
    return pa.table(
        {
            "doc_id": pa.array(doc_ids(run=shard.run, shard=shard.shard, rows=np.arange(ROWS), uri="")),
            "text": pa.array([f"{shard.shard} {i}" for i in range(ROWS)], TEXT),
            "pdq": pa.array(digits, pa.string()),
            "pdq_quality": pa.array([49 if i == 6 else None if i == 7 else 90 for i in range(ROWS)], pa.int16()),
            "pixel_width": pa.array(chance.permutation(ROWS * 10)[:ROWS] * 100 + shard.shard),
        }
    )


def found_by(folder: Path, unit_bytes: int = 1 << 28, seed: int = 0, batch: int = 7) -> list[dict]:
    """The rows of all answers."""
    kind, facts, shards = FindSimilarPictures(), {}, {}
    for shard in SHARDS:
        place, name = folder / str(shard.shard), f"unit{shard.shard}"
        place.mkdir(parents=True)
        shards[name] = Shards.of([shard]).groups()[0]
        batches = [Batch(table_of(shard).slice(at, batch)) for at in range(0, ROWS, batch)]
        facts[name] = gathered(place, kind.gather(place, name, shards[name], STEP), batches)
        for file in (*facts[name]["files"], facts[name]["compared"]):
            Store(str(folder)).publish_file(file, place / file)
    found = kind.combine(work(folder, unit_bytes, seed), Gathered(shards, facts), STEP)
    contents = [Store(str(folder)).read(found.answers[name]) for name in shards]
    return [row for content in contents for row in answer_of(content).to_pylist()]


def test_it_is_what_comparing_all_pairs_says(tmp_path):
    rows = [r for s in SHARDS for i, r in enumerate(table_of(s).to_pylist()) if i not in (4, 5, 6, 7)]
    rows.sort(key=lambda r: (r["doc_id"] >> 52, -r["pixel_width"]))
    staying, expected = [], {}
    for row in rows:
        for other in staying:
            away = int(distances(*(words_of(bytes.fromhex(r["pdq"])) for r in (row, other)))[0])
            if away <= STEP.distance:
                expected[row["doc_id"]] = (other["doc_id"], away)
                break
        else:
            staying.append(row)
    found = found_by(tmp_path)
    assert {r["doc_id"]: (r["better"], int(r["similarity"])) for r in found} == expected
    assert len(expected) > 30
    assert max(away for _, away in expected.values()) > 28


@pytest.mark.thorough
def test_the_answer_is_the_same_in_any_order_of_units_and_any_size_of_pieces(tmp_path, monkeypatch):
    whole = found_by(tmp_path / "whole")
    monkeypatch.setattr(pictures, "PIECE_ROWS", 9)
    assert found_by(tmp_path / "pieces", 1 << 12, 3, 5) == whole


def test_no_pair_up_to_31_bits_is_missed():
    chance = np.random.default_rng(5)
    one = chance.integers(0, 256, (2000, 32), dtype=np.uint8)
    other = flipped(one, np.full(2000, 31), chance)
    met = np.zeros(2000, np.bool_)
    for place in range(32):
        for row in np.flatnonzero(~met & (one[:, place] == other[:, place])).tolist():
            pair = np.stack((one[row], other[row]))
            met[row] = len(near_pairs(words_of(pair.tobytes()), pair[:, place ^ 1], 31)[0]) == 1
    assert met.all()


def test_rows_that_are_joined_through_others_are_not_named_again():
    hashes = np.zeros((50, 32), np.uint8)
    first, second = near_pairs(words_of(hashes.tobytes()), hashes[:, 1], 0)
    assert len(first) == 49
    assert (first < second).all()


def test_the_reason_says_how_many_bits_apart_and_names_the_document_that_stays(tmp_path):
    (row, *_) = found_by(tmp_path)
    store = Store(str(tmp_path))
    for path in sorted((tmp_path / "answers").iterdir()):
        content = store.read(f"answers/{path.name}")
        if row["doc_id"] in answer_of(content)["doc_id"].to_pylist():
            break
    (table,) = (t for t in map(table_of, SHARDS) if row["doc_id"] in t["doc_id"].to_pylist())
    step = SimilarPictures(score=("pixel_width",), found=Resource("found", content))
    reasons = [r for r in step.reasons(Batch(table)).to_pylist() if r]
    assert f"similar picture, bits apart: {row['similarity']:.0f} to document {row['better']}" in reasons


def test_a_cluster_that_is_too_large_is_refused():
    with pytest.raises(StageFailed, match="3 pictures resemble one another"):
        pictures.require_sizes(np.array([7, 7, 8, 7]), 2, pictures.ALIKE, pictures.FEWER)


def test_more_bits_than_are_searched_for_are_refused():
    with pytest.raises(ValueError, match="0 to 31 bits, got 32"):
        SimilarPictures(distance=32)
