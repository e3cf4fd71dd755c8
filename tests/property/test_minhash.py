"""Signatures, shingles and bands against plain Python; the estimate against the exact similarity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.dedup.extremes import extremes_plain
from corpusmill.operators.dedup.minhash import bands, shingles, signatures
from corpusmill.operators.dedup.permutations import permutation_keys
from corpusmill.operators.text.hashing import run_hash, word_hash
from corpusmill.operators.text.words import WordRule, find_words, words_of
from tests.property.documents import TEXTS, sliced


def plain_shingles(text: str | None, size: int) -> list[int]:
    hashes = [word_hash(w) for w in words_of(text or "", WordRule.UNICODE)]
    size = min(size, len(hashes))
    return sorted({run_hash(hashes[i : i + size]) for i in range(len(hashes) - size + 1)}) if hashes else []


@given(texts=TEXTS, size=st.integers(1, 6))
def test_shingles_and_signatures(texts, size):
    words = find_words(sliced(texts), WordRule.UNICODE)
    found, signed = shingles(words, shingle_words=size), signatures(words, shingle_words=size, permutations=16, seed=7)
    multiply, add = permutation_keys(16, 7)
    for d, text in enumerate(texts):
        expected = plain_shingles(text, size)
        assert found.values[found.first[d] : found.first[d + 1]].tolist() == expected
        assert bool(signed.valid[d]) == bool(expected)
        if expected:
            halves = [x >> 32 for x in expected]
            ends = [extremes_plain(halves, int(a), int(b)) for a, b in zip(multiply, add, strict=True)]
            assert signed.minima[d].tolist() == [four[0] for four in ends]
            more = signatures(words, shingle_words=size, permutations=64, seed=7).minima[d]
            assert more.tolist() == [four[end] for end in range(4) for four in ends]


def test_documents_of_few_words_differ_unless_they_are_equal():
    words = find_words(sliced(["two words", "two others", "Two words!", "one"]), WordRule.UNICODE)
    minima = signatures(words).minima
    assert (minima[0] == minima[2]).all()
    assert not (minima[0] == minima[1]).any()
    assert not (minima[0] == minima[3]).any()


def test_band_keys_agree_exactly_where_all_rows_of_the_band_do():
    rng = np.random.default_rng(5)
    minima = rng.integers(0, 2, (40, 12), dtype=np.uint32)
    keys = bands(minima, bands=4, rows=3)
    for i in range(40):
        for j in range(40):
            rows = (minima[i].reshape(4, 3) == minima[j].reshape(4, 3)).all(axis=1)
            assert (keys[i] == keys[j]).tolist() == rows.tolist()
    same = bands(np.zeros((1, 12), np.uint32), bands=4, rows=3)
    assert len(set(same[0].tolist())) == 4  # the band's number is in the key


def test_bands_and_rows_must_use_every_permutation():
    with pytest.raises(ValueError, match="14 bands of 8 rows need 112 permutations, not 100"):
        bands(np.zeros((1, 100), np.uint32))


def test_estimate_is_unbiased_and_as_exact_as_its_theory_says():
    rng = np.random.default_rng(3)
    errors, variances = [], []
    for pair in range(300):
        shared, own = rng.integers(20, 200), rng.integers(1, 100)
        tokens = rng.integers(0, 10**9, shared + 2 * own)
        one, two = tokens[: shared + own], np.concatenate((tokens[:shared], tokens[shared + own :]))
        words = find_words(sliced([" ".join(map(str, one)), " ".join(map(str, two))]), WordRule.WHITESPACE)
        sets = shingles(words, shingle_words=1)
        a, b = set(sets.values[: sets.first[1]].tolist()), set(sets.values[sets.first[1] :].tolist())
        exact = len(a & b) / len(a | b)
        minima = signatures(words, shingle_words=1, seed=pair + 1).minima
        errors.append((minima[0] == minima[1]).mean() - exact)
        variances.append(exact * (1 - exact) / 112)
    assert abs(np.mean(errors)) < 3 * np.sqrt(np.mean(variances) / 300)
    assert np.sqrt(np.mean(np.square(errors))) < 1.1 * np.sqrt(np.mean(variances))


def test_signatures_do_not_change_between_versions_and_machines():
    words = find_words(sliced(["The quick brown fox jumps over the lazy dog", "東京 タワー"]), WordRule.UNICODE)
    signed = signatures(words)
    assert signed.minima[:, [0, 1, 40, 70, 111]].tolist() == GOLDEN_MINIMA
    assert [hex(key) for key in bands(signed.minima)[0, :2].tolist()] == GOLDEN_BANDS


GOLDEN_MINIMA = [
    [138587995, 165059342, 3498293704, 2753196304, 1722926814],
    [3209889966, 1064063455, 2800143073, 193185601, 625989202],
]
GOLDEN_BANDS = ["0xd3c711ec515acbf6", "0x90843cd25f135fd5"]
