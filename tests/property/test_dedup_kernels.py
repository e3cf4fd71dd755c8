"""Components, verified removal and exact groups against the plainest code that does the same."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.dedup.components import components, contracted, large_star, small_star
from corpusmill.operators.dedup.edges import Edges, star_edges
from corpusmill.operators.dedup.exact import resolve_exact
from corpusmill.operators.dedup.joining import joined
from corpusmill.operators.dedup.survivors import UNKNOWN_TIME, Candidates, Prefer, survivor_order
from corpusmill.operators.dedup.verify import KEPT, Sets, jaccard, verify_by_sets

PAIRS = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)).filter(lambda e: e[0] != e[1]), max_size=40)


def edges_of(pairs) -> Edges:
    low = np.array([min(p) for p in pairs], np.int64)
    return Edges(low=low, high=np.array([max(p) for p in pairs], np.int64))


def plain_components(pairs) -> dict[int, int]:
    """Node -> smallest node it is joined with, by repeated relaxation."""
    root = {n: n for p in pairs for n in p}
    changed = True
    while changed:
        changed = False
        for a, b in pairs:
            least = min(root[a], root[b])
            changed |= root[a] != least or root[b] != least
            root[a] = root[b] = least
    return root


@given(PAIRS)
def test_union_find_gives_the_smallest_node_of_each_component(pairs):
    found = components(edges_of(pairs))
    assert dict(zip(found.node.tolist(), found.root.tolist(), strict=True)) == plain_components(pairs)


@given(PAIRS)
def test_contraction_keeps_components_with_fewest_edges(pairs):
    few = contracted(edges_of(pairs))
    roots = plain_components(pairs)
    assert plain_components(list(zip(few.low.tolist(), few.high.tolist(), strict=True))) == roots
    assert len(few) == len(roots) - len(set(roots.values()))


@given(PAIRS)
def test_alternating_stars_end_in_the_same_components(pairs):
    edges = edges_of(sorted({(min(p), max(p)) for p in pairs}))
    for _ in range(20):
        node = np.concatenate((edges.low, edges.high))
        large = large_star(node, np.concatenate((edges.high, edges.low)))
        if not large.unfinished:
            break
        edges = small_star(large.edges.high, large.edges.low).edges
    else:
        raise AssertionError("20 rounds were not enough for 26 nodes")
    stars = dict(zip(edges.high.tolist(), edges.low.tolist(), strict=True))
    roots = plain_components(pairs)
    assert len(stars) == len(edges)
    assert stars == {n: r for n, r in roots.items() if n != r}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40))
def test_a_bucket_of_n_documents_gives_n_minus_one_edges(rows):
    rows = sorted(set(rows))
    stars = star_edges(np.array([k for k, _ in rows], np.uint64), np.array([d for _, d in rows], np.int64))
    buckets = defaultdict(list)
    for key, doc in rows:
        buckets[key].append(doc)
    expected = [(b[0], d) for _, b in sorted(buckets.items()) for d in b[1:]]
    assert list(zip(stars.edges.low.tolist(), stars.edges.high.tolist(), strict=True)) == expected
    assert stars.largest_bucket == max(map(len, buckets.values()), default=0)


DOCS = st.lists(
    st.tuples(st.lists(st.integers(0, 4), min_size=3, max_size=3), st.sets(st.integers(0, 8), max_size=6)), max_size=14
)


def band_keys(docs) -> np.ndarray:
    """Keys as the real ones are: the band's number is part of them."""
    return np.array([[100 * j + k for j, k in enumerate(keys)] for keys, _ in docs], np.uint64).reshape(-1, 3)


def plain_verified(docs, threshold: float, most: int) -> list[int]:
    """The rule in its own words: visit in order, compare with kept documents that share a band."""
    survivors: list[int] = []
    for i, (keys, mine) in enumerate(docs):
        near = [
            k for k in range(i) if survivors[k] == KEPT and any(a == b for a, b in zip(keys, docs[k][0], strict=True))
        ]
        alike = [k for k in near[:most] if jaccard(mine, docs[k][1]) >= threshold]
        survivors.append(alike[0] if alike else KEPT)
    return survivors


@pytest.mark.thorough
@given(DOCS, st.sampled_from([0.3, 0.5, 0.8, 1.0]), st.sampled_from([1, 2, 1000]))
def test_verified_removal_is_the_rule_in_its_own_words(docs, threshold, most):
    sets = [sorted(s) for _, s in docs]
    counts = np.array([len(s) for s in sets], np.int64)
    found = verify_by_sets(
        band_keys(docs),
        Sets(
            starts=np.cumsum(counts) - counts, counts=counts, values=np.array([x for s in sets for x in s], np.uint64)
        ),
        np.zeros(len(docs), np.uint64),
        np.full(len(docs), threshold),
        resolved=0,
        max_comparisons=most,
    )
    assert found.survivor.tolist() == plain_verified(docs, threshold, most)
    for i, (survivor, similarity, band) in enumerate(
        zip(found.survivor.tolist(), found.similarity.tolist(), found.band.tolist(), strict=True)
    ):
        if survivor == KEPT:
            assert np.isnan(similarity)
            assert band == -1
        else:
            assert similarity == np.float32(jaccard(docs[i][1], docs[survivor][1]))
            assert docs[i][0][band] == docs[survivor][0][band]


@given(DOCS)
def test_rows_are_joined_with_the_first_of_their_component(docs):
    pairs = [
        (i, k)
        for i in range(len(docs))
        for k in range(i)
        if any(a == b for a, b in zip(docs[i][0], docs[k][0], strict=True))
    ]
    roots = plain_components(pairs)
    assert joined(band_keys(docs), 0).tolist() == [roots.get(i, i) for i in range(len(docs))]


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 2), st.sampled_from([UNKNOWN_TIME, 1, 2]),
              st.sampled_from([float("nan"), 0.5, 0.75]), st.integers(1, 5)),
    max_size=20,
)  # fmt: skip


def candidates(rows) -> Candidates:
    return Candidates(
        doc_id=np.arange(len(rows), dtype=np.int64),
        priority=np.array([r[2] for r in rows], np.int32),
        fetched_at=np.array([r[3] for r in rows], np.int64),
        quality=np.array([r[4] for r in rows], np.float32),
        size=np.array([r[5] for r in rows], np.int64),
    )


@given(ROWS)
def test_survivor_order_is_priority_newest_quality_longest_first(rows):
    expected = sorted(
        range(len(rows)),
        key=lambda i: (-rows[i][2], -rows[i][3], -(rows[i][4] if rows[i][4] == rows[i][4] else -1), -rows[i][5], i),
    )
    assert survivor_order(candidates(rows), Prefer.NEWEST).tolist() == expected


@pytest.mark.thorough
@given(ROWS)
def test_exact_groups_keep_one_and_lose_no_copy(rows):
    docs = candidates(rows)
    high, low = np.array([r[0] for r in rows], np.uint64), np.array([r[1] for r in rows], np.uint64)
    copies = np.array([r[5] for r in rows], np.int64)
    found = resolve_exact(high, low, docs, copies, Prefer.NEWEST)
    groups = defaultdict(list)
    for i in survivor_order(docs, Prefer.NEWEST).tolist():
        groups[rows[i][0], rows[i][1]].append(i)
    assert dict(zip(found.removals.removed.tolist(), found.removals.survivor.tolist(), strict=True)) == {
        i: g[0] for g in groups.values() for i in g[1:]
    }
    told = dict(zip(found.survivor.tolist(), found.copies.tolist(), strict=True))
    assert told == {g[0]: sum(rows[i][5] for i in g) for g in groups.values() if sum(rows[i][5] for i in g) > 1}


def test_documents_of_an_earlier_run_survive_newer_and_better_ones():
    docs = Candidates(
        doc_id=np.array([1 << 52, 5], np.int64),
        priority=np.array([9, 0], np.int32),
        fetched_at=np.array([9, 0], np.int64),
        quality=np.array([9, 0], np.float32),
        size=np.array([9, 1], np.int64),
    )
    assert survivor_order(docs, Prefer.NEWEST).tolist() == [1, 0]
