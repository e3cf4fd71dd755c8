"""The SimHash kernel against the plain function."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.simhash import distances, simhash_plain, simhashes
from corpusmill.operators.text.words import WordRule, find_words


@pytest.mark.thorough
@given(st.lists(st.lists(st.sampled_from(["tea", "milk", "sugar", "salt", "東京"]), max_size=8), max_size=6))
def test_kernel_equals_plain_function(docs):
    words = find_words(Batch(pa.table({"text": pa.array([" ".join(d) for d in docs], TEXT)})), WordRule.UNICODE)
    hashes = [words.hash[a:b].tolist() for a, b in zip(words.first, words.first[1:], strict=False)]
    assert simhashes(words).tolist() == [simhash_plain(h) for h in hashes]


def test_one_word_of_forty_changes_few_bits():
    texts = [" ".join(f"w{i}" for i in range(40)), " ".join(f"w{i}" for i in range(1, 41)), " ".join("xyz" * 14)]
    found = simhashes(find_words(Batch(pa.table({"text": pa.array(texts, TEXT)})), WordRule.UNICODE))
    near, far = distances(found[:1], found[1:2])[0], distances(found[:1], found[2:3])[0]
    assert near < 12 < far
