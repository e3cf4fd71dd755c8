"""What gives way to a similar, better document, put together over many files, is what comparing all pairs says."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.cluster.storage import Store
from corpusmill.errors import StageFailed
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.decide.similar import Similar, answer_of
from corpusmill.operators.dedup.components import components
from corpusmill.operators.dedup.edges import star_edges
from corpusmill.operators.text import alike
from corpusmill.operators.text.bleu import bleu
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.stages.gathered import similar as judging
from corpusmill.pipeline.stages.gathered.similar import similar
from corpusmill.pipeline.stages.gathered.words import BANDS, GatherWords, compared
from corpusmill.pipeline.workspace.shards import Shards
from tests.unit.pipeline.test_gathered import SHARDS, gathered, work

VOCABULARY = [f"word{i}" for i in range(3000)]
MEASURED = {"rouge_l": alike.rouge_l, "cosine": alike.cosine, "bleu": bleu}


def table_of(shard) -> pa.Table:
    """Thirty texts of a shard: half of them are drafts of ten sentences that all shards share."""
    chance, shared = random.Random(shard.shard), random.Random(99)
    drafts = [shared.choices(VOCABULARY, k=40) for _ in range(10)]
    texts = []
    for i in range(30):
        words = list(chance.choice(drafts)) if i % 2 else chance.choices(VOCABULARY, k=40)
        for _ in range(chance.choice([0, 1, 3, 20])):
            words[chance.randrange(40)] = chance.choice(VOCABULARY)
        texts.append(" ".join(words))
    ids = doc_ids(run=shard.run, shard=shard.shard, rows=np.arange(30), uri="")
    scores = pa.array([chance.random() for _ in range(30)])
    return pa.table({"doc_id": pa.array(ids), "text": pa.array(texts, TEXT), "quality": scores})


def found_by(folder: Path, awaited: Similar, unit_bytes: int = 1 << 28, seed: int = 0) -> list[dict]:
    """The rows of all answers."""
    files, compared = {}, {}
    for shard in SHARDS:
        place = folder / str(shard.shard)
        place.mkdir(parents=True)
        table = table_of(shard)
        batches = [Batch(table.slice(at, 7)) for at in range(0, 30, 7)]
        facts = gathered(
            place, GatherWords(place, f"unit{shard.shard}", Shards.of([shard]).groups()[0], awaited), batches
        )
        for name in (*facts["files"], facts["compared"]):
            Store(str(folder)).publish_file(name, place / name)
        files |= facts["files"]
        compared[f"unit{shard.shard}"] = facts["compared"]
    entered = [
        EnteredShard(unit=f"unit{s.shard}", number=s.run << 26 | s.shard, source="s", priority=0, uri=s.uri)
        for s in SHARDS
    ]
    found = similar(work(folder, unit_bytes, seed), files, entered, awaited, compared)
    return [
        row for s in SHARDS for row in answer_of(Store(str(folder)).read(found.answers[f"unit{s.shard}"])).to_pylist()
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("measure", MEASURED)
def test_what_gives_way_is_similar_to_a_better_one_that_stays_and_little_is_missed(measure, tmp_path):
    found = found_by(tmp_path, Similar(measure=measure, score=("quality",)))
    rows = pa.concat_tables([table_of(s) for s in SHARDS]).to_pylist()
    rows.sort(key=lambda r: (r["doc_id"] >> 52, -r["quality"]))
    staying, gone = [], set()
    for row in rows:
        words = row["text"].split()
        if any(MEASURED[measure](words, other["text"].split()) >= 0.7 for other in staying):
            gone.add(row["doc_id"])
        else:
            staying.append(row)
    by_id = {r["doc_id"]: r for r in rows}
    dropped = {r["doc_id"] for r in found}
    for row in found:
        better, worse = by_id[row["better"]], by_id[row["doc_id"]]
        exact = MEASURED[measure](worse["text"].split(), better["text"].split())
        assert row["better"] not in dropped
        assert exact == pytest.approx(row["similarity"], abs=1e-6)
        assert exact >= 0.7
        assert (better["doc_id"] >> 52, -better["quality"]) < (worse["doc_id"] >> 52, -worse["quality"])
    print(f"{measure}: {len(dropped)} found, {len(gone)} by comparing all pairs, {len(dropped & gone)} the same")
    assert len(dropped & gone) >= 0.95 * len(gone) > 50
    assert len(dropped & gone) >= 0.95 * len(dropped)


@pytest.mark.thorough
def test_the_answer_is_the_same_in_any_order_of_units_and_any_size_of_pieces(tmp_path):
    answers = [
        found_by(tmp_path / str(seed), Similar(), unit_bytes, seed)
        for unit_bytes, seed in ((1 << 28, 0), (1 << 15, 1), (1 << 13, 2))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]


def test_a_reason_names_the_document_that_stays():
    sink = pa.BufferOutputStream()
    answer = pa.table({"doc_id": [7], "better": [3], "similarity": pa.array([0.8333], pa.float32())})
    with pa.ipc.new_stream(sink, answer.schema) as writer:
        writer.write_table(answer)
    op = Similar(found=Resource("found", sink.getvalue().to_pybytes()))
    batch = Batch(pa.table({"doc_id": pa.array([3, 7]), "text": pa.array(["a", "b"], TEXT)}))
    assert op(batch).to_pylist() == [None, "similar whole: 0.83 to document 3"]


def test_a_document_stays_that_is_similar_only_to_one_that_gives_way():
    first = [*range(10)]
    second, third = [90, 91, *first[2:]], [90, 91, 92, 93, *first[4:]]
    texts = [np.array(words, np.uint32) for words in (first, second, third)]
    row, similarity = alike.better_ones(
        np.zeros(3, np.int64),
        np.arange(0, 31, 10),
        np.concatenate(texts),
        np.zeros((3, 1), np.uint64),
        measure="rouge_l",
        threshold=0.7,
    )
    assert row.tolist() == [-1, 0, -1]
    assert similarity.tolist() == pytest.approx([0, 0.8, 0])


def test_of_one_key_the_best_that_stay_are_compared_and_no_others():
    """Unlike documents of one key, and then a copy of each."""
    n, size = alike.MAX_HOLDERS + 50, 4
    unlike = np.arange(n * size, dtype=np.uint32)
    row, _ = alike.better_ones(
        np.zeros(2 * n, np.int64),
        np.arange(0, 2 * n * size + 1, size),
        np.concatenate((unlike, unlike)),
        np.zeros((2 * n, 1), np.uint64),
        measure="rouge_l",
        threshold=0.7,
    )
    copies = row[n:].tolist()
    assert row[:n].tolist() == [-1] * n
    assert copies == [*range(alike.MAX_HOLDERS), *[-1] * 50]


def test_a_key_of_its_own_finds_a_copy_that_a_crowded_key_does_not():
    n, size = alike.MAX_HOLDERS + 50, 4
    unlike = np.arange(n * size, dtype=np.uint32)
    own = np.stack((np.zeros(2 * n), np.tile(np.arange(1, n + 1), 2)), axis=1).astype(np.uint64)
    row, _ = alike.better_ones(
        np.zeros(2 * n, np.int64),
        np.arange(0, 2 * n * size + 1, size),
        np.concatenate((unlike, unlike)),
        own,
        measure="rouge_l",
        threshold=0.7,
    )
    assert row[n:].tolist() == [*range(n)]


WORDS = st.lists(st.integers(0, 4), max_size=8)


@given(texts=st.lists(WORDS, min_size=2, max_size=2), measure=st.sampled_from([*MEASURED]))
@settings(deadline=None, max_examples=100)
def test_kernels_compare_as_plain_python_does(texts, measure):
    first = np.concatenate(([0], np.cumsum([len(t) for t in texts]))).astype(np.int64)
    words = np.array([w for t in texts for w in t], np.uint32)
    bands = np.zeros((2, 3), np.uint64)
    row, similarity = alike.better_ones(np.zeros(2, np.int64), first, words, bands, measure=measure, threshold=0.3)
    exact = MEASURED[measure](*([str(w) for w in t] for t in reversed(texts)))
    assert similarity[1] == pytest.approx(exact if exact >= 0.3 else 0, abs=1e-6) or abs(exact - 0.3) < 1e-9
    assert row[0] == -1


def test_unrelated_texts_of_common_words_are_not_joined_to_one_cluster():
    chance, n = np.random.default_rng(1), 4000
    odds = 1 / np.arange(1, 30_001)
    drawn = chance.choice(30_000, size=(n, 150), p=odds / odds.sum())
    texts = [" ".join(f"w{word}" for word in row) for row in drawn]
    table = compared(Batch(pa.table({"doc_id": pa.array(range(n)), "text": pa.array(texts, TEXT)})), Similar())
    keys = np.frombuffer(b"".join(table["bands"].to_pylist()), np.uint64)
    ids = np.repeat(np.arange(n), BANDS)
    order = np.lexsort((ids, keys))
    _, sizes = np.unique(components(star_edges(keys[order], ids[order]).edges).root, return_counts=True)
    assert sizes.max() < n // 20


def test_a_cluster_that_is_too_large_for_a_task_ends_with_what_to_change():
    judging.require_sizes(np.array([7, 8, 7, 8, 7]), 3, judging.ALIKE, judging.FEWER)
    with pytest.raises(StageFailed, match=r"4 documents share words .* at most 3 can .* compare another `field`"):
        judging.require_sizes(np.array([7, 8, 7, 8, 7, 7]), 3, judging.ALIKE, judging.FEWER)


def test_the_task_that_judges_checks_the_sizes_of_clusters(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "MAX_CLUSTER", 1)
    with pytest.raises(StageFailed, match="at most 1 can be compared in one task"):
        found_by(tmp_path, Similar())
