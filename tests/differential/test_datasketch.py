"""Against datasketch: the same best bands and rows, the same signatures, the same candidate pairs."""

import warnings

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup import minhash
from corpusmill.operators.dedup.components import components
from corpusmill.operators.dedup.edges import star_edges
from corpusmill.operators.dedup.permutations import permutation_keys
from corpusmill.operators.dedup.tune import Weights, best, detection, tuning
from corpusmill.operators.text.words import WordRule, find_words

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import datasketch
    from datasketch.lsh import _optimal_param


@pytest.mark.thorough
@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
@pytest.mark.parametrize("permutations", [64, 112, 128])
@pytest.mark.parametrize("false_negative", [0.5, 0.9])
def test_the_search_finds_datasketchs_optimum(threshold, permutations, false_negative):
    found = best(threshold, permutations, Weights(false_positive=1 - false_negative, false_negative=false_negative))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its quadrature warns of slow convergence
        theirs = _optimal_param(threshold, permutations, 1 - false_negative, false_negative)
    assert (found.bands, found.rows) == theirs


def test_the_curve_at_finewebs_setting():
    told = tuning(14, 8, 0.8)
    assert told.found_at[0.8] == pytest.approx(0.924, abs=5e-4)
    assert detection(told.half_at, 14, 8) == pytest.approx(0.5)
    assert told.found_above > 0.98
    assert told.bytes_a_document == 14 * 16 + 112 * 4


def drifting_texts(n: int = 300) -> list[str]:
    rng = np.random.default_rng(7)
    texts = []
    for _ in range(n):
        words = [f"w{x}" for x in rng.integers(0, 50, 60)]
        if texts and rng.random() < 0.6:
            words = texts[int(rng.integers(len(texts)))].split()
            words[int(rng.integers(60))] = f"w{rng.integers(50)}"
        texts.append(" ".join(words))
    return texts


@pytest.mark.thorough
def test_signatures_and_clusters_are_those_of_datasketch():
    """Given our shingle hashes and our permutations, its MinHash has our minima, its MinHashLSH our clusters."""
    batch = Batch(pa.table({"text": pa.array(drifting_texts(), TEXT)}))
    words = find_words(batch, WordRule.UNICODE)
    sets = minhash.shingles(words)
    ours = minhash.signatures(words, permutations=112)
    multiply, add = permutation_keys(112, 1)
    lsh = datasketch.MinHashLSH(num_perm=112, params=(14, 8))
    theirs = []
    for i in range(batch.num_rows):
        values = sets.values[sets.first[i] : sets.first[i + 1]]
        permuted = (values >> np.uint64(32)).astype(np.uint32)[:, None] * multiply + add
        ends = [f(axis=0).view(np.uint32) for kind in (permuted, permuted.view(np.int32)) for f in (kind.min, kind.max)]
        minima = np.concatenate(ends)[:112]
        assert np.array_equal(minima, ours.minima[i])
        theirs.append(datasketch.MinHash(num_perm=112, hashvalues=minima, scheme="affine32"))
        lsh.insert(i, theirs[-1])
    pairs = [(i, k) for i, m in enumerate(theirs) for k in lsh.query(m) if k > i]
    keys = minhash.bands(ours.minima)
    docs = np.repeat(np.arange(batch.num_rows), 14)
    order = np.lexsort((docs, keys.reshape(-1)))
    found = components(star_edges(keys.reshape(-1)[order], docs[order]).edges)
    clusters = {frozenset(found.node[found.root == r].tolist()) for r in np.unique(found.root)}
    expected: dict[int, set[int]] = {}
    for i, k in pairs:
        merged = expected.get(i, {i}) | expected.get(k, {k})
        for node in merged:
            expected[node] = merged
    assert clusters == {frozenset(c) for c in expected.values()}
    assert len(clusters) > 10
