"""What signals.dolma gives for a text counted by hand. A change here is a change of output: raise `version`."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch

# 6 lines, one of them blank and two the same; 16 words of 40 characters
COUNTED = "* the tea #1 is hot…\n* the cup\n- 22\n* the cup\n\nend of..."
MEASURED = {
    "dolma_words": 16,
    "dolma_median_word_chars": 3,
    "dolma_symbol_ratio": 2 / 16,
    "dolma_alpha_ratio": 10 / 16,
    "dolma_required_words": 3,
    "dolma_bullet_ratio": 4 / 6,
    "dolma_ellipsis_line_ratio": 1 / 6,
    "dolma_dup_line_ratio": 2 / 6,
    "dolma_dup_line_char_ratio": 18 / 40,
    "dolma_top_2gram_ratio": 3 * 4 / 40,
    "dolma_top_3gram_ratio": 2 * 7 / 40,
    "dolma_top_4gram_ratio": 9 / 40,
    **{f"dolma_dup_{n}gram_ratio": 0 for n in range(5, 11)},
}


def measured(*texts: str | None) -> list[dict[str, float]]:
    op = load.equip(load.build("signals.dolma", {}), load.shipped)
    return op(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table.drop(["text"]).to_pylist()


def test_dolma():
    first, blank, null = measured(COUNTED, "", None)
    assert first == pytest.approx(MEASURED, rel=1e-7)
    assert not any([*blank.values(), *null.values()])


def test_runs_that_occur_again_are_a_share_of_all_runs():
    (row,) = measured("a b c d e f a b c d e f g hh")
    every = 5 * 9 + 6  # ten runs of five, one of them holds the long word
    assert row["dolma_dup_5gram_ratio"] == pytest.approx(4 * 5 / every, rel=1e-7)
    assert row["dolma_dup_7gram_ratio"] == 0
