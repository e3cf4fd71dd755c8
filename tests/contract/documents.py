"""Small documents that every operator must survive, and how a test builds a batch of them."""

import zlib
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.checks import VALUE
from corpusmill.operators.contract import Columns
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.text.vectors import VECTOR

TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=6)


URLS = ("https://news.example.com/a?b=1", "http://bad.test/adult/x", "not an address", "", "ftp://law.example/x", None)
WORDS = ("en", "de", "ja", "xx", "", None)
NUMBERS = (0, 1, 2, 60, 5000, 200_000, None)
SHARES = (0.0, 0.04, 0.15, 0.35, 0.95, 1.0, 7.0, None)
TIMES = (datetime(1969, 12, 31, tzinfo=UTC), datetime(2024, 5, 18, 1, 58, tzinfo=UTC), None)


def turns(*said: tuple[str, str | None]) -> list[dict[str, str | None]]:
    """Turns from pairs of role and content, as a value of a column of conversations."""
    rest = {"name": None, "tool_calls": None, "tool_call_id": None}
    return [{"role": role, "content": content, **rest} for role, content in said]


GIF = bytes.fromhex("474946383761030002008000000000000000002c00000000030002000008060001081c1810003b")  # 3 x 2 pixels
PICTURES = (GIF, GIF[:9], b"<html>not found</html>", b"", None)
VECTORS = ([0.5, -1.0, 0.25], [0.0, 0.0, 0.0], [], [float("inf"), 1.0, 2.0], None)
CONVERSATIONS = (
    turns(("user", "What is 2 + 2?"), ("assistant", "First, we add. Then we get $4$.")),
    turns(("system", ""), ("user", "写一首诗"), ("assistant", None), ("tool", "[]")),
    turns(("assistant", "I cannot help with that. " * 3)),
    [],
    None,
)


def values_for(name: str, dtype: pa.DataType) -> tuple[Any, ...]:
    """What a column of that name and type may hold, null among it."""
    if pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or dtype == VALUE:
        return URLS if name == "url" else WORDS
    if pa.types.is_large_binary(dtype):
        return PICTURES
    if pa.types.is_timestamp(dtype):
        return TIMES
    if dtype == CONVERSATION:
        return CONVERSATIONS
    if dtype == VECTOR:
        return VECTORS
    if pa.types.is_boolean(dtype):
        return (True, False, None)
    return NUMBERS if pa.types.is_integer(dtype) else SHARES


# Of a document in good order, where that is not 0 or the first of the values.
TYPICAL = {
    "gopher_words": 200,
    "gopher_mean_word_chars": 5.0,
    "gopher_alpha_ratio": 0.9,
    "gopher_stop_words": 3,
    "fineweb_ended_line_ratio": 0.5,
    "c4_sentences": 9,
}


def value_of(name: str, dtype: pa.DataType, text: str | None) -> Any:
    """One of `values_for`, always the same for a text, whatever rows it stands among.

    One text in four is a document in good order: rules over many columns would else keep none.
    """
    if zlib.crc32(repr(text).encode("utf-8", "replace")) % 4 == 0:
        return TYPICAL.get(name, values_for(name, dtype)[0])
    values = values_for(name, dtype)
    return values[zlib.crc32(f"{name} {text!r}".encode("utf-8", "replace")) % len(values)]


def batch_of(texts: list[str | None], columns: Columns) -> Batch:
    """A batch with `texts` in column `text` (or as bytes in `content`), an id, and values in whatever else is read."""
    arrays: dict[str, pa.Array] = {"doc_id": pa.array(range(len(texts)), pa.int64())}
    for name, dtype in columns.items():
        if name == "text":
            arrays[name] = pa.array(texts, TEXT)
        elif name == "content":
            arrays[name] = pa.array([None if t is None else t.encode("utf-8", "replace") for t in texts], dtype)
        else:
            stored = pa.string() if dtype == VALUE else dtype
            arrays[name] = pa.array([value_of(name, dtype, t) for t in texts], stored)
    return Batch(pa.table(arrays))
