"""Every operator there is, on what nobody would write on purpose: no crash, no unbounded time, rows kept."""

import io
import random
import time

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Operator, Reader
from corpusmill.operators.file_format import Span
from tests.contract.documents import batch_of
from tests.contract.needed import PARAMS

NAMES = load.names()
SMALL, LARGE = 10_000, 100_000_000  # characters
LIMIT_S = 60  # of CPU for 100 MB: far above what is measured (guess), far below what a quadratic step would take
WORDS = "word and another one. "


def hostile(size: int) -> dict[str, str]:
    """Texts of about `size` characters each."""
    noise = random.Random(size).randbytes(size)
    return {
        "random bytes decoded leniently": noise.decode("utf-8", "replace"),
        "random bytes as escapes": noise.decode("utf-8", "backslashreplace"),
        "one line": "a" * size,
        "one line of words": WORDS * (size // len(WORDS)),
        "empty lines": "\n" * size,
        "punctuation": "!?.,;:-()[]{}<>&'\"" * (size // 18),
        "emoji": "👩‍👩‍👧‍👦🏽" * (size // 8),
        "lone surrogates escaped": "\\ud800\\udfff\\udc00" * (size // 18),
        "nulls": "\0" * size,
        "tags": "<a href=" * (size // 8),
    }


def operator(name: str) -> Operator:
    return load.equip(load.build(name, PARAMS.get(name, {})), load.shipped)


def survives(op: Operator, texts: list[str]) -> None:
    """Run it; what comes out is sound and as long as what went in."""
    if isinstance(op, Reader):
        for text in texts:
            payload = text.encode()
            batches = list(op(io.BytesIO(payload), Span(0, len(payload))))
            assert sum(sum(batch["length"].to_pylist()) for batch in batches) == len(payload)
        return
    batch = batch_of([*texts], op.columns_read())
    if "url" in op.columns_read():
        batch = batch.with_columns({"url": pa.array(texts, pa.string())})
    out = op(batch)
    rows = out if isinstance(op, Decision) else out.table
    assert isinstance(out, Batch | pa.Array)
    rows.validate(full=True)
    assert len(rows) == len(texts)


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_hostile_texts_are_survived(name):
    survives(operator(name), list(hostile(SMALL).values()))


def in_time(name: str, payload: str) -> None:
    op = operator(name)
    survives(op, ["A warm word."])
    before = time.process_time()
    survives(op, [payload])
    assert time.process_time() - before < LIMIT_S


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["one line", "one line of words"])
@pytest.mark.parametrize("name", NAMES)
def test_a_line_of_a_hundred_megabytes(name, kind):
    in_time(name, {"one line": "a" * LARGE, "one line of words": WORDS * (LARGE // len(WORDS))}[kind])


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(hostile(1)))
@pytest.mark.parametrize("name", NAMES)
def test_a_million_characters_of_each_kind(name, kind):
    in_time(name, hostile(1_000_000)[kind])
