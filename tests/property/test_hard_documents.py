"""Documents that break programs: nothing crashes, nothing takes long, and the counts are right."""

import time

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Rewrite, Signal
from corpusmill.operators.dedup.keys import text_keys, url_keys
from corpusmill.operators.dedup.minhash import shingles, signatures
from corpusmill.operators.text.lines import LineRule, find_lines
from corpusmill.operators.text.words import WordRule, find_words, words_of

NAMES = ("signals.counts", "signals.c4", "signals.fineweb", "signals.gopher_quality", "signals.gopher_repetition")
NAMES += ("signals.redpajama_v2", "signals.dolma")
LONG = 2_000_000
HARD = {
    "random bytes": np.random.default_rng(1).integers(0, 256, LONG, np.uint8).tobytes().decode("utf-8", "replace"),
    "empty lines": "\n" * LONG,
    "one line": "word " * (LONG // 5),
    "one word": "x" * LONG,
    "punctuation": "...!?" * (LONG // 5),
    "emoji": "😀👩‍👩‍👧" * (LONG // 20),
    "NULs": "\x00" * LONG,
    "escaped surrogates": "\\ud800" * (LONG // 6),
    "brackets": "[" * LONG,
    "phrases cut short": "use cookie lorem ipsu " * (LONG // 22),
    "Thai": "ภาษาไทย" * (LONG // 21),
    "spaces": "\u3000 " * (LONG // 4),
}


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Bounds are about documents, not about kernels that nobody has compiled yet."""
    through("A word. And another word.")


def through(text: str) -> tuple[Batch, Batch]:
    """The document with a null and an empty one, through all that reads texts: as it came, and with its signals."""
    batch = Batch(pa.table({"text": pa.array([text, None, ""], TEXT)}))
    measured = batch
    for operator in NAMES:
        op = load.equip(load.build(operator, {}), load.shipped)
        assert isinstance(op, Signal)
        measured = op(measured)
    for operator in ("rewrite.c4_lines", "rewrite.refinedweb_lines", "rewrite.urls"):
        rewrite = load.build(operator, {})
        assert isinstance(rewrite, Rewrite)
        assert rewrite(batch).column("text")[1].as_py() is None
    for rule in WordRule:
        words = batch.once(find_words, rule)
        assert words.counts[1:].tolist() == [0, 0]
        signed = signatures(words, permutations=8)
        assert signed.valid.tolist() == [words.counts[0] > 0, False, False]
        assert np.diff(shingles(words).first)[0] <= max(words.counts[0], 0)
    text_keys(batch.column("text"))
    url_keys(batch.column("text"))
    return batch, measured


@pytest.mark.thorough
@pytest.mark.parametrize("name", HARD)
def test_hard_document(name):
    text = HARD[name]
    start = time.process_time()
    batch, measured = through(text)
    assert time.process_time() - start < 20
    row = measured.table.to_pylist()[0]
    assert row["char_count"] == len(text)
    assert row["word_count"] == len(words_of(text, WordRule.SCRIPT))
    assert row["line_count"] == len(text.splitlines()) == batch.once(find_lines, LineRule.UNICODE).counts[0]


@pytest.mark.slow
def test_a_line_of_a_hundred_megabytes_is_measured_in_bounded_time():
    line = "word and another word, " * (100_000_000 // 23)
    batch = Batch(pa.table({"text": pa.array([line], TEXT)}))
    start = time.process_time()
    for operator in NAMES[:1] + NAMES[2:]:
        op = load.equip(load.build(operator, {}), load.shipped)
        assert isinstance(op, Signal)
        op(batch)
    signatures(batch.once(find_words, WordRule.UNICODE))
    assert time.process_time() - start < 120
