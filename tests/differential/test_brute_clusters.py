"""`verify: none` against brute force from the same signatures, through the whole of deduplication."""

import numpy as np
import pytest

from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.exchange import files, planning
from tests.dedup import gold, plain
from tests.dedup.test_invariance import corpus
from tests.dedup.workspace import Doc, Workspace


def compare(ws: Workspace, outcome) -> int:
    """How many documents go. Every removal, survivor and cluster is what the signatures in the workspace say."""
    near = ws.spec.near
    assert near is not None
    sketches = [ws.root / "sketches" / f"{s.unit}.parquet" for s in ws.shards]
    minima = plain.signatures(sketches, near.bands * near.rows)
    clusters = plain.clusters(plain.meeting(minima, near.bands, near.rows))
    expected = plain.all_but_the_longest(clusters, [len(d.text.encode()) for d in ws.docs])
    assert ws.removed(outcome) == expected
    place = {doc_id: i for i, doc_id in enumerate(ws.ids)}
    told = {place[r["doc_id"]]: r["cluster_id"] for r in ws.duplicates(outcome).to_pylist()}
    assert told == {i: ws.ids[min(cluster)] for i, cluster in clusters.items()}
    return len(expected)


@pytest.mark.thorough
@pytest.mark.parametrize("name", gold.SETS)
def test_of_real_texts(tmp_path, corpora, name):
    texts = gold.load(corpora / "neardup", name).texts
    ws = Workspace(tmp_path, DedupSpec(url="off", text=False, near=NearSpec(verify="none"), max_removed_share={}))
    for begin in range(0, len(texts), 300):
        ws.put([Doc(t) for t in texts[begin : begin + 300]])
    assert compare(ws, ws.dedup()) > 100


@pytest.mark.thorough
@pytest.mark.parametrize("shape", [(14, 8), (20, 5), (3, 2), (1, 1)])
def test_of_drifting_texts_over_many_partitions(tmp_path, monkeypatch, shape):
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 9)
    monkeypatch.setattr(planning, "MIN_BATCH_BYTES", 1 << 9)
    near = NearSpec(verify="none", bands=shape[0], rows=shape[1])
    spec = DedupSpec(url="off", text=False, near=near, max_removed_share={}, max_cluster_share=1.0)
    ws, docs = Workspace(tmp_path, spec), corpus(60)
    for begin in range(0, len(docs), 50):
        ws.put([Doc(d.text) for d in docs[begin : begin + 50]])
    assert compare(ws, ws.dedup(unit_bytes=1 << 11, shuffle=shape[0])) > 20


def test_brute_force_finds_what_can_be_seen_by_eye():
    rows = [np.array(r, np.uint32) for r in ([1, 2, 3, 4], [1, 2, 9, 9], [7, 7, 9, 9], [5, 5, 5, 5])]
    pairs = plain.meeting([*rows, None], 2, 2)
    assert pairs == {(0, 1), (1, 2)}
    assert plain.all_but_the_longest(plain.clusters(pairs), [3, 5, 5, 1, 0]) == {0: 1, 2: 1}
