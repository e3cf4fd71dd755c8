"""Every kernel that finds parts of a text finds what its plain function finds, in sliced arrays with nulls."""

import string

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.text import unicode_table
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.hashing import hash_span, span_hash, word_hash
from corpusmill.operators.text.lengths import find_chars
from corpusmill.operators.text.lines import ELLIPSES, LineRule, find_line_texts, find_lines, lines_of
from corpusmill.operators.text.paragraphs import find_paragraphs, paragraph_hash, paragraphs_of
from corpusmill.operators.text.segmenting.signs import manner_of
from corpusmill.operators.text.sentences import count_sentences, sentences_of
from corpusmill.operators.text.words import (
    BY_DICTIONARY,
    WordRule,
    Words,
    find_words,
    most_words,
    tokens_of,
    words_of,
)
from tests.property.documents import HARD, TEXTS, sliced


def kinds_of(text: str) -> int:
    return int(np.bitwise_or.reduce([unicode_table.class_bits(c) for c in text], initial=0))


def words_by_document(words: Words, texts: list[str | None]) -> list[list[str]]:
    """The words cut out of the texts by the places and sizes found."""
    found = []
    for d, text in enumerate(texts):
        raw = (text or "").encode()
        spans = [(words.start[i], words.size_bytes[i]) for i in range(words.first[d], words.first[d + 1])]
        found.append([raw[a : a + n].decode() for a, n in spans])
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("rule", WordRule)
@given(texts=TEXTS)
def test_words(rule, texts):
    words = find_words(sliced(texts), rule)
    expected = [words_of(text or "", rule) for text in texts]
    cut = words_by_document(words, texts)
    if rule in (WordRule.WHITESPACE, *BY_DICTIONARY):
        assert cut == expected
    else:
        left_out = string.punctuation if rule is WordRule.BARE else ""
        bare = [["".join(unicode_table.lower_of(c) for c in w if c not in left_out) for w in ws] for ws in cut]
        assert bare == expected
    flat = [w for ws in expected for w in ws]
    assert words.counts.tolist() == [len(ws) for ws in expected]
    assert words.chars.tolist() == [len(w) for w in flat]
    assert words.hash.tolist() == [word_hash(w) for w in flat]
    assert words.kinds.tolist() == [kinds_of(w) for ws in cut for w in ws]


SIGNS = st.lists(
    st.lists(st.sampled_from("ab1 é中-/|@´‐־\u200d.,'_)፡"), max_size=14).map("".join), min_size=1, max_size=5
)


@pytest.mark.thorough
@given(texts=SIGNS)
def test_words_with_the_signs_of_each_language(texts):
    languages = ["mt", "pcm", "de"] * len(texts)
    batch = sliced(texts)
    batch = batch.with_columns(
        {"language": pa.array(languages[: len(texts)]), "script": pa.array(["Latn"] * len(texts))}
    )
    expected = [tokens_of(text or "", manner_of(each, "Latn")) for text, each in zip(texts, languages, strict=False)]
    words = find_words(batch, WordRule.BY_LANGUAGE)
    assert words_by_document(words, texts) == expected
    assert words.hash.tolist() == [word_hash(w) for ws in expected for w in ws]


@pytest.mark.thorough
@pytest.mark.parametrize("rule", WordRule)
@given(texts=TEXTS)
def test_there_is_room_for_every_word(rule, texts):
    text = find_text(sliced(texts))
    room = most_words(text.data, text.offsets, rule)
    assert room >= sum(len(words_of(each or "", rule)) for each in texts)


@pytest.mark.thorough
@pytest.mark.parametrize("rule", LineRule)
@given(texts=TEXTS)
def test_lines(rule, texts):
    batch = sliced(texts)
    lines, said = batch.once(find_lines, rule), batch.once(find_line_texts, rule)
    by_document = [lines_of(text or "", rule) for text in texts]
    flat = [line for found in by_document for line in found]
    raw = [(text or "").encode() for text in texts for _ in lines_of(text or "", rule)]
    assert lines.counts.tolist() == [len(found) for found in by_document]
    cut = [r[a : a + n].decode() for r, a, n in zip(raw, lines.start, lines.size_bytes, strict=True)]
    assert cut == flat
    assert said.chars.tolist() == [len(line) for line in flat]
    assert said.hash.tolist() == [span_hash(line.encode()) for line in flat]
    assert lines.head.tolist() == [ord(line.strip()[0]) if line.strip() else 0 for line in flat]
    assert lines.tail.tolist() == [ord(line.strip()[-1]) if line.strip() else 0 for line in flat]
    assert lines.last.tolist() == [ord(line[-1]) if line else 0 for line in flat]
    assert lines.trails.tolist() == [line.rstrip().endswith(ELLIPSES) for line in flat]


@given(texts=TEXTS)
def test_paragraphs(texts):
    found = find_paragraphs(sliced(texts))
    expected = [paragraphs_of(text or "") for text in texts]
    assert found.counts.tolist() == [len(parts) for parts in expected]
    assert found.chars.tolist() == [len(part) for parts in expected for part in parts]
    assert found.hash.tolist() == [paragraph_hash(part) for parts in expected for part in parts]


@given(text=HARD)
def test_sentences(text):
    raw = np.frombuffer(text.encode(), np.uint8)
    assert count_sentences(raw, 0, len(raw), unicode_table.unicode_tables().bits) == len(sentences_of(text))


@given(texts=TEXTS)
def test_characters(texts):
    assert find_chars(sliced(texts)).counts.tolist() == [len(text or "") for text in texts]


@given(text=HARD)
def test_span_hash(text):
    raw = np.frombuffer(text.encode(), np.uint8)
    assert int(hash_span(raw, 0, len(raw))) == span_hash(text.encode())


@given(texts=TEXTS)
@pytest.mark.thorough
def test_parts_follow_their_documents_when_some_are_dropped(texts):
    batch, mask = sliced(texts), np.arange(len(texts)) % 2 == 0
    found = [batch.once(find_words, r) for r in WordRule] + [batch.once(find_lines, r) for r in LineRule]
    found += [batch.once(find_paragraphs), batch.once(find_chars), batch.once(find_line_texts, LineRule.NEWLINE)]
    kept = [part.keep(mask) for part in found]
    again = sliced([text for text, keep in zip(texts, mask, strict=True) if keep])
    fresh = [again.once(find_words, r) for r in WordRule] + [again.once(find_lines, r) for r in LineRule]
    fresh += [again.once(find_paragraphs), again.once(find_chars), again.once(find_line_texts, LineRule.NEWLINE)]
    for one, other in zip(kept, fresh, strict=True):
        assert {k: v.tolist() for k, v in vars(one).items()} == {k: v.tolist() for k, v in vars(other).items()}


def test_null_hiding_bytes_is_an_empty_document():
    from corpusmill.operators.batch import TEXT, Batch

    offsets, data = np.array([0, 3, 6], np.int64), b"onetwo"
    column = pa.Array.from_buffers(
        TEXT, 2, [pa.py_buffer(b"\x02"), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)]
    )
    batch = Batch(pa.table({"text": column}))
    assert find_words(batch, WordRule.WHITESPACE).counts.tolist() == [0, 1]
    assert batch.once(find_text).valid.tolist() == [False, True]


@pytest.mark.thorough
def test_every_row_of_the_character_table_is_its_plain_function():
    tables = unicode_table.unicode_tables()
    codes = [*range(0x3000), *range(0x3000, unicode_table.CODE_POINTS, 7)]
    assert [int(tables.bits[c]) for c in codes] == [unicode_table.class_bits(chr(c)) for c in codes]
    assert [int(tables.lower[c]) for c in codes] == [ord(unicode_table.lower_of(chr(c))) for c in codes]
