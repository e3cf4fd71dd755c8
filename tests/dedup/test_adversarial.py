"""Inputs that break other tools: chains, giant buckets, tiny texts, scripts without spaces, one huge document."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.dedup.edges import star_edges
from corpusmill.operators.dedup.verify import KEPT, Sets, verify_by_sets
from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.dedup.grouping import group
from corpusmill.pipeline.dedup.records import BAND
from corpusmill.pipeline.dedup.settings import MAX_COMPARISONS, Settings
from corpusmill.pipeline.exchange import files, planning
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.key_range import EVERYTHING
from corpusmill.pipeline.exchange.reading import read_part
from tests.dedup.workspace import Doc, Workspace

NEAR_ONLY = DedupSpec(url="off", text=False, max_removed_share={}, max_cluster_share=1.0)


def filled(root, texts: list[str], spec: DedupSpec = NEAR_ONLY, shard: int = 2500) -> Workspace:
    ws = Workspace(root, spec, row_group_rows=1000)
    for begin in range(0, len(texts), shard):
        ws.put([Doc(t) for t in texts[begin : begin + shard]])
    return ws


def chain(length: int, step: int = 8, words: int = 100) -> list[str]:
    """Each text shares 84 of its 96 shingles with the next... Jaccard (96 - 8) / (96 + 8) = 0.846."""
    return [" ".join(f"w{i}" for i in range(k * step, k * step + words)) for k in range(length)]


@pytest.mark.thorough
@pytest.mark.parametrize("verify", ["text", "none"])
def test_a_chain_of_10_000_converges_over_many_partitions(tmp_path, monkeypatch, verify):
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 14)
    monkeypatch.setattr(planning, "MIN_BATCH_BYTES", 1 << 14)
    ws = filled(
        tmp_path, chain(10_000), DedupSpec(near=NearSpec(verify=verify), max_removed_share={}, max_cluster_share=1.0)
    )
    removed = ws.removed(ws.dedup(unit_bytes=1 << 18))
    kept = sorted(set(range(10_000)) - set(removed))
    if verify == "text":
        assert all(abs(loser - survivor) == 1 for loser, survivor in removed.items())
        assert 4_500 < len(kept) < 6_500
    else:
        assert (
            len(kept) < 300
        )  # transitive closure leaves one of each stretch: bands miss a pair at 0.846 1.5 times in 100


def test_a_bucket_of_a_million_equal_keys_is_linear():
    n = 1_000_000
    stars = star_edges(np.full(n, 7, np.uint64), np.arange(n))
    assert (len(stars.edges), stars.largest_bucket) == (n - 1, n)


@pytest.mark.thorough
def test_a_bucket_of_a_million_equal_keys_is_joined_over_many_partitions(tmp_path):
    n = 1_000_000
    ws = Workspace(tmp_path, NEAR_ONLY)
    work = ws.work(Settings(spec=NEAR_ONLY, shards=()), unit_bytes=1 << 22)
    bands = encoded(pa.table({"key": np.full(n, 7, np.uint64), "doc_id": np.arange(n) * 3}, schema=BAND)).to_pybytes()
    ws.store.publish("bands/one.arrow", bands)
    members, largest = group(work, {"bands/one.arrow": len(bands)})
    found = pa.concat_tables([read_part(ws.store, name, EVERYTHING) for name in members])
    assert largest == n
    assert np.array_equal(np.sort(found["doc_id"].to_numpy()), np.arange(n) * 3)
    assert not found["cluster_id"].to_numpy().any()


@pytest.mark.thorough
def test_a_cluster_of_200_000_that_share_a_bucket_but_are_not_alike_is_bounded():
    n = 200_000
    found = verify_by_sets(
        np.tile(np.arange(2, dtype=np.uint64), (n, 1)),
        Sets(starts=np.arange(n) * 3, counts=np.full(n, 3, np.int64), values=np.arange(3 * n, dtype=np.uint64)),
        np.zeros(n, np.uint64),
        np.full(n, 0.8),
        resolved=0,
        max_comparisons=20,
    )
    assert (found.survivor == KEPT).all()
    assert found.comparisons <= 20 * n
    assert found.cut_short == n - 21


@pytest.mark.thorough
def test_ten_thousand_two_word_documents_are_distinguished(tmp_path):
    ws = filled(tmp_path, [f"word{i // 2} tail" for i in range(10_000)])
    assert ws.removed(ws.dedup()) == {i + 1: i for i in range(0, 10_000, 2)}


@pytest.mark.parametrize("alphabet", [range(0x4E00, 0x9000), range(0x0E01, 0x0E2F)], ids=["chinese", "thai"])
def test_scripts_without_spaces_have_shingles_too(tmp_path, alphabet):
    rng = np.random.default_rng(5)
    texts = ["".join(map(chr, rng.choice(alphabet, 300))) for _ in range(30)]
    near = [t[:150] + chr(alphabet[3]) + t[151:] for t in texts]
    ws = filled(tmp_path, texts + near)
    assert ws.removed(ws.dedup()) == {30 + i: i for i in range(30)}


@pytest.mark.thorough
def test_all_documents_equal(tmp_path):
    ws = filled(tmp_path, ["the same five words again"] * 20_000)
    outcome = ws.dedup()
    assert set(ws.removed(outcome).values()) == {0}
    assert [r["copies"] for r in ws.duplicates(outcome).to_pylist() if r["reason"] is None] == [20_000]


@pytest.mark.slow
def test_one_document_of_50_megabytes(tmp_path):
    big = " ".join(f"w{i % 3_000_000}" for i in range(6_000_000))
    ws = filled(tmp_path, [big, big[:-100] + "an end of its own", "something else altogether, in a few words"])
    assert len(big) > 50_000_000
    assert ws.removed(ws.dedup()) == {1: 0}


@pytest.mark.slow
def test_a_cluster_of_a_million_documents(tmp_path):
    """All share their first words, so all bands of some rows agree for many; every tenth is a near copy."""
    ws = filled(tmp_path, [f"one two three four five six seven {i // 10} {'x' * (i % 10)}" for i in range(1_000_000)])
    outcome = ws.dedup()
    near, removed = outcome.facts["near"], ws.removed(outcome)
    assert outcome.facts["entered"] == 1_000_000
    assert near["largest"][0]["documents"] > 500_000
    assert near["comparisons"] <= MAX_COMPARISONS * 1_000_000
    assert near["cut_short"] > 0
    assert removed
    assert all(loser // 10 == survivor // 10 for loser, survivor in removed.items())
