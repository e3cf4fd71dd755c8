"""The scan that decides which documents are normalised: equal to its plain function, and never wrong to skip."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.text.normal_form import flagged, needs_work
from corpusmill.operators.text.removed_characters import KINDS, characters_of
from corpusmill.operators.text.spans import spans_of

UNWANTED = characters_of(tuple(KINDS))
AWKWARD = st.text(
    st.sampled_from("ae\u0301\u0323\u0327é\u0958ﬁ²가\u1100\u1161\u11a8\u200b\u200c\u0000\U000e0001क\u093c")
)
TEXTS = st.lists(st.one_of(st.none(), st.text(), AWKWARD), max_size=8)


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@given(texts=TEXTS)
def test_kernel_equals_plain_function_on_slices_and_nulls(form, texts):
    column = pa.array(["x\u0301", *texts], pa.large_string()).slice(1)
    assert flagged(spans_of(column), form, UNWANTED).tolist() == [needs_work(t or "", form, UNWANTED) for t in texts]


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@given(text=st.one_of(st.text(), AWKWARD))
def test_a_document_that_is_skipped_would_not_have_changed(form, text):
    if not needs_work(text, form, frozenset()):
        assert unicodedata.normalize(form, text) == text


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_every_single_character_and_every_pair_behind_a_letter_is_judged_safely(form):
    for code in (*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE1000)):
        for text in (chr(code), f"a{chr(code)}"):
            if not needs_work(text, form, frozenset()):
                assert unicodedata.is_normalized(form, text), hex(code)
