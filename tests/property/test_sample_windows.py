"""What is read of a text to tell its language: the kernel equals its plain function, and stays within its limit."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.text.sample_windows import WINDOWS, sampled, sampled_spans, windows
from corpusmill.operators.text.spans import spans_of

CASED = st.text(st.sampled_from("aAbBéÉßẞİȺΣ 1\n東\U00010400"), max_size=80)
TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=80), CASED), max_size=5)
LIMITS = st.integers(1, 60)


@given(texts=TEXTS, limit=LIMITS)
def test_kernel_equals_plain_function_on_slices_and_nulls(texts, limit):
    column = pa.array(["before É", *texts, "after"], pa.large_string()).slice(1, len(texts))
    found = sampled_spans(spans_of(column), limit)
    read = [bytes(found.data[a:b]).decode() for a, b in zip(found.starts, found.ends, strict=True)]
    assert read == [sampled(text or "", limit) for text in texts]


@given(text=st.one_of(st.text(max_size=80), CASED), limit=LIMITS)
def test_windows_follow_each_other_within_the_limit_and_a_short_text_is_read_whole(text, limit):
    data = text.encode()
    found = windows(data, limit)
    assert sum(end - begin for begin, end in found) <= max(limit, WINDOWS)
    assert all(a <= b for a, b in zip((end for _, end in found), (begin for begin, _ in found[1:]), strict=False))
    if len(data) <= limit:
        assert found == [(0, len(data))]
