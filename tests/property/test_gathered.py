"""What is gathered from batches is what plain Python says, and what is put together of it does not depend on order."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.rewrite.common_lines import HASH, CommonLines, without_common
from corpusmill.operators.text.bins import bin_of, bins_of, low_of, place_of
from corpusmill.operators.text.line_hashes import line_hash
from corpusmill.operators.text.quantiles import group_key, histogram
from corpusmill.pipeline.stages.gathered.bins import summed
from corpusmill.pipeline.stages.gathered.common_lines import held_by
from corpusmill.pipeline.stages.gathered.lines import counted

LINES = st.lists(st.sampled_from(["a", " menu ", "menu", "ёлка 雪", "", "\t", "é" * 9, "x" * 40, "\0"]), max_size=6)
DOCUMENTS = st.lists(st.one_of(st.none(), LINES.map("\n".join)), max_size=5)
NUMBERS = st.floats(allow_nan=False, width=32)


def batch(texts: list[str | None]) -> Batch:
    """A batch whose arrays begin in the middle of their buffers."""
    return Batch(pa.table({"text": pa.array(["menu\nmenu", *texts], TEXT)}).slice(1))


@given(DOCUMENTS, st.integers(1, 9))
def test_lines_are_counted_once_a_document(texts, min_chars):
    hashes, documents = CommonLines(min_chars=min_chars).gather(batch(texts))
    found = [{line_hash(line, min_chars) for line in text.split("\n")} - {0} for text in texts if text is not None]
    expected = Counter(h for each in found for h in each)
    assert dict(zip(hashes.tolist(), documents.tolist(), strict=True)) == expected
    assert hashes.tolist() == sorted(expected)


@given(DOCUMENTS, st.integers(1, 9), st.sets(st.sampled_from(["menu", "é" * 9, "x" * 40, "a"])))
def test_the_kernel_removes_what_the_plain_function_removes(texts, min_chars, common):
    hashes = {line_hash(line, min_chars) for line in common} - {0}
    content = np.array(sorted(hashes), HASH).tobytes()
    op = CommonLines(min_chars=min_chars, found=Resource("list", content))
    out = op(batch(texts)).table
    expected = [None if text is None else without_common(text, hashes, min_chars) for text in texts]
    assert out["text"].to_pylist() == expected
    gone = [len(a or "") - len(b or "") for a, b in zip(texts, expected, strict=True)]
    assert out["common_chars_removed"].to_pylist() == gone
    lines = [(a or "").count("\n") - (b or "").count("\n") for a, b in zip(texts, expected, strict=True)]
    assert all(0 <= n - m <= 1 for n, m in zip(out["common_lines_removed"].to_pylist(), lines, strict=True))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(1, 9)), max_size=30))
def test_a_line_is_held_by_its_run_and_those_before(records):
    records = sorted(records)
    hashes, runs, documents = (np.array(c, np.int64) for c in (zip(*records, strict=True) if records else ([], [], [])))
    found = held_by(hashes.astype(np.uint64), runs, documents)
    assert found.tolist() == [sum(d for h, r, d in records if h == mine and r <= run) for mine, run, _ in records]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), max_size=12), st.integers(0, 12))
def test_counts_add_up_wherever_they_are_cut(pairs, at):
    def part(some):
        return (np.array([h for h, _ in some], np.uint64), np.array([d for _, d in some], np.int64))

    whole, cut = counted([part(pairs)], 3), counted([part(pairs[:at]), part(pairs[at:])], 3)
    assert whole.equals(cut)
    assert sum(whole["documents"].to_pylist()) == sum(d for _, d in pairs)


@given(st.lists(NUMBERS, max_size=20))
def test_bins_are_in_the_order_of_numbers(numbers):
    found = bins_of(np.array(numbers, np.float32))
    assert found.tolist() == [bin_of(number) for number in numbers]
    assert sorted(found.tolist()) == [bin_of(number) for number in sorted(numbers)]
    for number, place in zip(numbers, found.tolist(), strict=True):
        assert bin_of(low_of(place)) == place
        assert number == low_of(place) or abs(low_of(place) - number) <= abs(number) / 4096 + 1e-300


@given(st.lists(st.integers(0, 8000), min_size=1, max_size=40), st.floats(0, 1))
def test_a_quantile_is_a_value_with_that_share_before_it(values, quantile):
    bins, counts = np.unique(bins_of(np.array(values)), return_counts=True)
    found = low_of(place_of(bins, counts, quantile))
    assert found == sorted(values)[min(int(quantile * len(values)), len(values) - 1)]


@pytest.mark.thorough
@given(
    st.lists(st.tuples(st.one_of(st.none(), NUMBERS), st.sampled_from([None, "", "en", "de"])), max_size=12),
    st.integers(0, 12),
)
def test_histograms_add_up_wherever_they_are_cut(rows, at):
    def made(some):
        table = pa.table(
            {"x": pa.array([x for x, _ in some], pa.float32()), "l": pa.array([g for _, g in some], pa.string())}
        )
        return histogram(Batch(table), ["x"], ["l"])

    whole = summed([made(rows)])
    assert whole.equals(summed([made(rows[at:]), made(rows[:at])]))
    expected = Counter((group_key([g or ""]), bin_of(x)) for x, g in rows if x is not None)
    expected |= Counter(("null", bin_of(x)) for x, _ in rows if x is not None)
    told = {(r["group"], r["bin"]): r["documents"] for r in whole.to_pylist()}
    assert told == expected
