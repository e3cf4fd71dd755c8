"""Cuts at ends of sentences and paragraphs: nothing lost, nothing too long, and no better place left aside."""

import functools
import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators import load
from corpusmill.operators.tokens import tokenizer
from corpusmill.operators.tokens.packing import text_ends
from corpusmill.operators.tokens.packing.best_fit import best_fit, fit_pieces
from corpusmill.operators.tokens.packing.cut_places import LEAST_KIND, Cutting, concat_at_ends, pieces_at_ends
from corpusmill.operators.tokens.rows import TokenRows, offsets_of

SENTENCES = (
    "The tide went out. ", "好天气。", "他说：“走吧！”", "Was it so?\n", "End of part.\n\n",
    "no end here ", "3.14 and 2.71 ",
    "شكرا؟ ",
    "བོད་ཡིག། ", "ภาษาไทย ", "कैसे हो। ", "ենք։ ", "a line\n", "ｶﾅ｡", "x" * 40, "។ ", "𝒳. ", "𞤀. ",
    "好极了。我们今天", "真的？是。",
)  # fmt: skip
TEXTS = st.lists(
    st.lists(st.one_of(st.sampled_from(SENTENCES), st.text(max_size=4)), max_size=20).map("".join), max_size=4
)


@functools.cache
def default() -> tokenizer.Tokenizer:
    return tokenizer.load(load.shipped("shipped:tokens/models/default.tokenizer.json"))


@functools.cache
def texts_of_tokens() -> text_ends.TokenTexts:
    return text_ends.token_texts(default())


def how(cut, within=0.5):
    return Cutting(texts=texts_of_tokens(), cut=cut, within=within)


def bytes_of(ids):
    texts = texts_of_tokens()
    return b"".join(texts.data[texts.begin[i] : texts.begin[i + 1]].tobytes() for i in ids)


def kinds(ids):
    """The kind of every place of a document, by the specification."""
    return [
        text_ends.kind_of(bytes_of(ids[:at]), bytes_of(ids[at:]), bytes_of(ids[at : at + 1]))
        for at in range(len(ids) + 1)
    ]


@pytest.mark.thorough
@given(texts=TEXTS)
@settings(max_examples=150, deadline=None)
def test_the_kernel_equals_the_plain_function(texts):
    rows = default().documents(pa.array(texts, pa.large_string()))
    around = np.zeros(text_ends.BEHIND, np.uint8)
    for i in range(len(rows)):
        begin, end = int(rows.offsets[i]), int(rows.offsets[i + 1])
        found = [
            text_ends.kind_before(rows.ids, begin, end, at, texts_of_tokens(), around) for at in range(begin, end + 1)
        ]
        assert found == kinds(rows.row(i))


@pytest.mark.thorough
@pytest.mark.parametrize("cut", ["sentence", "paragraph"])
@given(texts=TEXTS, size=st.integers(1, 40), within=st.sampled_from([0.1, 0.5, 1.0]))
@settings(max_examples=100, deadline=None)
def test_pieces_are_cut_at_the_last_end_there_is(cut, texts, size, within):
    rows = default().documents(pa.array(texts, pa.large_string()))
    document, start, tokens = pieces_at_ends(rows, size, how(cut, within))
    assert (tokens <= size).all()
    assert (tokens > 0).all()
    floor = max(1, size - int(size * within))
    for i in range(len(rows)):
        mine = document == i
        assert np.array_equal(start[mine], offsets_of(tokens[mine])[:-1])
        assert tokens[mine].sum() == rows.n_tokens[i]
        found = kinds(rows.row(i))
        for begin, n in list(zip(start[mine], tokens[mine], strict=True))[:-1]:
            places = list(range(begin + floor, begin + size + 1))
            good = [at for at in places if found[at] >= LEAST_KIND[cut]]
            best = max(found[at] for at in places)
            expected = max(good) if good else max(at for at in places if found[at] == best) if best else begin + size
            assert begin + n == expected


@pytest.mark.thorough
@pytest.mark.parametrize("cut", ["sentence", "paragraph"])
@given(texts=TEXTS, size=st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_sequences_of_documents_end_to_end_lose_no_token(cut, texts, size):
    rows = default().documents(pa.array([*texts, "", "a"], pa.large_string()))
    layout = concat_at_ends(rows, size, how(cut))
    assert layout.tokens.sum() == len(rows.ids)
    assert np.array_equal(rows.offsets[layout.document] + layout.start, offsets_of(layout.tokens)[:-1])
    bounds = np.concatenate([[0], layout.ends])
    per_sequence = [layout.tokens[a:b].sum() for a, b in itertools.pairwise(bounds)]
    assert all(0 < n <= size for n in per_sequence)
    assert all(n >= size - size // 2 for n in per_sequence[:-1])


@pytest.mark.thorough
def test_documents_that_fit_are_packed_as_before():
    rows = default().documents(pa.array(["好。" * 3, "Tea. " * 4, "x"], pa.large_string()))
    size = int(rows.n_tokens.max())
    one = fit_pieces(pieces_at_ends(rows, size, how("sentence")), sequence_tokens=size)
    other = best_fit(rows.n_tokens, sequence_tokens=size)
    for name in ("document", "start", "tokens", "ends"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_a_chinese_text_is_cut_behind_its_full_stops():
    text = "".join(f"第{i}句话说的是天气很好，我们出去走走。" for i in range(200))
    rows = default().documents(pa.array([text], pa.large_string()))
    _, start, _ = pieces_at_ends(rows, 128, how("sentence", 0.25))
    ends = [bytes_of(rows.ids[:at]).decode()[-1] for at in start[1:]]
    assert len(ends) > 10
    assert set(ends) == {"。"}


def test_a_full_stop_that_is_one_token_with_the_next_word_is_cut_before():
    text = "我们今天去公园散步，天气好极了。" * 40
    rows = default().documents(pa.array([text], pa.large_string()))
    assert "。我们".encode() in {bytes_of([token]) for token in rows.ids}
    _, start, _ = pieces_at_ends(rows, 64, how("sentence", 0.5))
    assert {bytes_of(rows.ids[at : at + 1]).decode() for at in start[1:]} == {"。我们"}


def test_a_share_must_be_one():
    with pytest.raises(ValueError, match="above 0"):
        how("sentence", 0)


def test_an_empty_row_has_no_piece():
    rows = TokenRows(offsets=np.zeros(2, np.int64), ids=np.zeros(0, np.int32))
    assert len(pieces_at_ends(rows, 8, how("sentence"))[0]) == 0
    assert concat_at_ends(rows, 8, how("sentence")).sequences == 0
