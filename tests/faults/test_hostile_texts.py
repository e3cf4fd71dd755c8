"""Texts that nobody would write on purpose: no crash, no unbounded time, rows kept."""

import random
import time

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Rewrite, Signal
from tests.contract.needed import PARAMS

NAMES = (
    "signals.language", "signals.fasttext", "signals.words_found", "signals.contamination", "signals.relevance",
    "signals.tfidf", "rewrite.unicode", "rewrite.whitespace", "rewrite.mojibake", "rewrite.pii", "rewrite.citations",
    "rewrite.repeated_lines", "rewrite.line_filter", "rewrite.contamination",
)  # fmt: skip
SMALL, LARGE = 300_000, 100_000_000  # characters


def hostile(size: int) -> dict[str, str]:
    """Texts of about `size` characters each."""
    chance = random.Random(size)
    noise = chance.randbytes(min(size, 3_000_000))
    return {
        "one line": "a" * size,
        "one line of words": "word " * (size // 5),
        "one line of digits": "1234 567 " * (size // 9),
        "one line of dots": "1." * (size // 2),
        "empty lines": "\n" * size,
        "bytes decoded leniently": noise.decode("utf-8", "replace"),
        "bytes read as another charset": noise.decode("cp1252", "replace"),
        "escaped surrogates": noise.decode("utf-8", "backslashreplace"),
        "emoji": "👩‍👩‍👧‍👦🏽" * (size // 8),
        "nulls": "\0" * size,
        "punctuation": "!?.,;:-()[]{}" * (size // 13),
        "marks": "e" + "\u0301\u0323" * (min(size, 1_000_000) // 2),
        "at signs": "a@" * (size // 2),
        "dashes": "-----BEGIN PRIVATE KEY-----" * (size // 27),
        "tokens": "eyJ" * (size // 3),
        "mojibake": "Ã©" * (min(size, 1_000_000) // 2),
        "brackets": "[1" * (size // 2),
        "plus": "+49 " * (size // 4),
        "capitals": "DE89 " * (size // 5),
    }


def run(name: str, texts: list[str]) -> None:
    op = load.equip(load.build(name, PARAMS.get(name, {})), load.shipped)
    assert isinstance(op, Rewrite | Signal)
    out = op(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table
    out.validate(full=True)
    assert out.num_rows == len(texts)


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_hostile_texts_are_survived(name):
    run(name, list(hostile(SMALL).values()))


@pytest.mark.slow
@pytest.mark.parametrize("text", list(hostile(SMALL)))
@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_megabytes_take_less_than_a_minute(name, text):
    """Bound: 60 CPU-seconds, far above what is measured (guess), far below what a quadratic step would take."""
    payload = hostile(LARGE)[text]
    before = time.process_time()
    run(name, [payload])
    assert time.process_time() - before < 60
