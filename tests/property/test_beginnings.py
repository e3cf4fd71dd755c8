"""First characters of texts: the kernel equals slices of Python's strings."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.beginnings import beginnings
from corpusmill.pipeline.evidence.aside import CHARS, begins

TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=40), st.text("aé東\U00010400", max_size=40)), max_size=6)


@given(texts=TEXTS, most=st.integers(0, 30))
def test_kernel_equals_slices_of_strings_on_slices_and_nulls(texts, most):
    column = pa.array(["before é", *texts, "after"], TEXT).slice(1, len(texts))
    expected = [None if text is None else text[:most] for text in texts]
    found = beginnings(column, most)
    found.validate(full=True)
    assert found.type == TEXT
    assert found.to_pylist() == expected
    assert beginnings(pa.chunked_array([column, column], TEXT), most).to_pylist() == expected * 2
    assert beginnings(pa.chunked_array([], TEXT), most).to_pylist() == []


@given(chunks=st.lists(TEXTS, max_size=4), seed=st.integers(0, 9))
def test_texts_to_be_shown_are_cut_and_the_others_null(chunks, seed):
    long = [[text and text * 30 for text in texts] for texts in chunks]
    texts = [text for chunk in long for text in chunk]
    places = np.flatnonzero(np.random.Generator(np.random.PCG64(seed)).random(len(texts)) < 0.5)
    found = begins(pa.chunked_array([pa.array(chunk, TEXT) for chunk in long], TEXT), places)
    found.validate(full=True)
    assert found.to_pylist() == [(text or "")[:CHARS] or None if i in places else None for i, text in enumerate(texts)]
