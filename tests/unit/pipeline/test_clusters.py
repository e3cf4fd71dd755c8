"""Clusters are those that were planted, the same however documents are divided, batched and multiplied."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.signals.clusters import Clusters
from corpusmill.operators.signals.corpora.centres import read_centres
from corpusmill.operators.text.kmeans import centres_of, nearest
from corpusmill.operators.text.vectors import LENGTH, MOST_DIMENSIONS, cosines, rounded
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.stages.gathered.clusters import Sampled, clusters
from corpusmill.pipeline.stages.gathered.vectors import GatherVectors
from corpusmill.pipeline.workspace.shards import Shards
from tests.unit.pipeline.test_gathered import SHARDS, gathered, work

TOPICS, ROWS, WIDTH = 5, 40, 24
TOPIC_WORDS = [[f"topic{t}word{i}" for i in range(60)] for t in range(TOPICS)]
COMMON = [f"common{i}" for i in range(40)]


def table_of(shard) -> pa.Table:
    """Documents of a shard: their embeddings and their words are of one of five topics."""
    chance = np.random.default_rng(shard.shard)
    axes = np.random.default_rng(99).normal(size=(TOPICS, WIDTH))
    topic = chance.integers(0, TOPICS, ROWS)
    vectors = axes[topic] + chance.normal(size=(ROWS, WIDTH)) * 0.3
    lists = [None if i % 20 == 7 else row.tolist() for i, row in enumerate(vectors)]
    lists[3] = [1.0, 2.0]  # of another model
    words = random.Random(shard.shard)
    texts = [" ".join([*words.choices(TOPIC_WORDS[t], k=30), *words.choices(COMMON, k=30)]) for t in topic]
    return pa.table(
        {
            "doc_id": pa.array(doc_ids(run=shard.run, shard=shard.shard, rows=np.arange(ROWS), uri="")),
            "text": pa.array(texts, TEXT),
            "embedding": pa.array(lists, pa.list_(pa.float32())),
            "topic": pa.array(topic),
        }
    )


def found_by(folder: Path, step: Clusters, shards=SHARDS, batch: int = 7, seed: int = 0) -> dict[str, bytes]:
    """The answer of each shard."""
    sampled = []
    for shard in shards:
        place = folder / str(shard.shard)
        place.mkdir(parents=True)
        table = table_of(shard)
        batches = [Batch(table.slice(at, batch)) for at in range(0, ROWS, batch)]
        unit = f"unit{shard.shard}"
        facts = gathered(place, GatherVectors(place, unit, Shards.of([shard]).groups()[0], step), batches)
        for name in facts["files"]:
            Store(str(folder)).publish_file(name, place / name)
        sampled.append(Sampled(unit=unit, run=shard.run, files=facts["files"], documents=facts["documents"]))
    found = clusters(work(folder, 1 << (28 - 8 * seed), seed), sampled, step)
    return {unit: Store(str(folder)).read(name) for unit, name in found.answers.items()}


@pytest.mark.parametrize("embedding", ["embedding", None])
def test_documents_of_a_topic_are_one_cluster(embedding, tmp_path):
    step = Clusters(count=TOPICS, embedding=embedding, sample=100)
    answer = found_by(tmp_path, step)["unit0"]
    table = pa.concat_tables([table_of(s) for s in SHARDS])
    found = Clusters(count=TOPICS, embedding=embedding, sample=100, found=Resource("found", answer)).measure(
        Batch(table)
    )
    labels, topics = found["cluster"].to_pylist(), table["topic"].to_pylist()
    if embedding:
        without = [i for i, v in enumerate(table["embedding"].to_pylist()) if v is None or len(v) != WIDTH]
        assert [i for i, label in enumerate(labels) if label is None] == without
        assert found["cluster_similarity"].null_count == len(without)
    pairs = {(label, topic) for label, topic in zip(labels, topics, strict=True) if label is not None}
    assert len(pairs) == TOPICS == len({label for label, _ in pairs})
    assert min(s for s in found["cluster_similarity"].to_pylist() if s is not None) > 0.4


@pytest.mark.thorough
@pytest.mark.parametrize("embedding", ["embedding", None])
def test_centres_do_not_depend_on_batches_units_or_order_and_an_update_keeps_them(embedding, tmp_path):
    step = Clusters(count=TOPICS, embedding=embedding, sample=60)
    answers = [found_by(tmp_path / str(i), step, batch=b, seed=i) for i, b in enumerate((7, 40, 1))]
    assert answers[0] == answers[1] == answers[2]
    assert len(set(answers[0].values())) == 1
    first_run = [s for s in SHARDS if s.run == 0]
    assert found_by(tmp_path / "first", step, first_run)["unit0"] == answers[0]["unit0"]
    other = found_by(tmp_path / "other", Clusters(count=TOPICS, embedding=embedding, sample=60, seed=1))
    assert other["unit0"] != answers[0]["unit0"]


def test_products_are_exact_up_to_the_largest_number_of_dimensions():
    chance = np.random.default_rng(4)
    for dimensions in (3, 768, MOST_DIMENSIONS):
        points, has = rounded(chance.normal(size=(40, dimensions)) * 10.0 ** chance.integers(-30, 30, (40, 1)))
        assert has.all()
        whole = points.astype(np.int64)
        assert np.array_equal((points @ points.T).astype(np.int64), whole @ whole.T)
        assert np.abs(np.linalg.norm(points, axis=1) - LENGTH).max() < 65
        assert np.einsum("nd,nd->n", whole, whole).max() < 1 << 24


def test_cosines_are_near_those_of_the_vectors_themselves():
    vectors = np.random.default_rng(6).normal(size=(200, 768))
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    points, _ = rounded(vectors)
    assert np.abs(cosines(points, points) - unit @ unit.T).max() < 1e-3


def test_fewer_points_than_centres_and_none_at_all():
    points, _ = rounded(np.array([[1.0, 0], [1, 0], [0, 1]]))
    assert len(centres_of(points, 5, 0)) == 2
    assert len(centres_of(points[:0], 5, 0)) == 0
    labels, similarity = nearest(points, points[[2, 0]])
    assert labels.tolist() == [1, 1, 0]
    assert similarity.tolist() == [1, 1, 1]


def test_a_corpus_without_vectors_has_no_clusters(tmp_path):
    step = Clusters(count=2, embedding="embedding", sample=20)
    place = tmp_path / "0"
    place.mkdir()
    none = table_of(SHARDS[0]).slice(7, 1)
    facts = gathered(place, GatherVectors(place, "unit0", Shards.of([SHARDS[0]]).groups()[0], step), [Batch(none)])
    for name in facts["files"]:
        Store(str(tmp_path)).publish_file(name, place / name)
    found = clusters(work(tmp_path, 1 << 20), [Sampled(unit="unit0", run=0, files=facts["files"], documents=0)], step)
    answer = Store(str(tmp_path)).read(found.answers["unit0"])
    assert found.facts == {"clusters": 0, "sampled": 0}
    step = Clusters(count=2, embedding="embedding", sample=20, found=Resource("found", answer))
    assert step.measure(Batch(none))["cluster"].to_pylist() == [None]


def test_a_file_that_holds_no_centres_is_refused():
    with pytest.raises(ValueError, match="expected centres of clusters"):
        read_centres(b"\x93NUMPY")
    with pytest.raises(ValueError, match="2 centres of 3 dimensions"):
        read_centres(b'{"count": 2, "dimensions": 3, "words": false}\nxx')
