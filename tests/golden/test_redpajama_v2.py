"""What signals.redpajama_v2 gives for a text counted by hand. A change here is a change of output: raise `version`."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch

# 4 lines of 76 characters; 21 tokens: 4 bare words stand three times and 5 once, 17 of 56 characters.
COUNTED = "• The TEA is hot...\n\nLorem ipsum {the tea is hot} the tea is hot\nJavaScript 12!\n"
MEASURED = {
    "rps_doc_curly_bracket": 2 / 80,
    "rps_doc_lorem_ipsum": 1 / (56 + 16),
    "rps_doc_stop_word_fraction": 2 / 21,
    "rps_doc_frac_all_caps_words": 1 / 21,
    "rps_doc_frac_lines_end_with_ellipsis": 1 / 4,
    "rps_doc_frac_no_alph_words": 6 / 21,
    "rps_doc_frac_unique_words": 9 / 17,
    "rps_doc_unigram_entropy": 4 * 3 / 17 * np.log(17 / 3) + 5 / 17 * np.log(17),
    "rps_doc_mean_word_length": 56 / 17,
    "rps_doc_num_sentences": 2,
    "rps_doc_symbol_to_word_ratio": 1 / 21,
    "rps_doc_word_count": 17,
    "rps_doc_frac_chars_top_2gram": 3 * 6 / 56,
    "rps_doc_frac_chars_top_3gram": 3 * 8 / 56,
    "rps_doc_frac_chars_top_4gram": 3 * 11 / 56,
    **{f"rps_doc_frac_chars_dupe_{n}grams": 0 for n in range(5, 11)},
    "rps_lines_ending_with_terminal_punctution_mark": 2 / 4,
    "rps_lines_javascript_counts": 1,
    "rps_lines_num_words": 17 / 4,
    "rps_lines_numerical_chars_fraction": 2 / 56,
    "rps_lines_start_with_bulletpoint": 1 / 4,
    "rps_lines_uppercase_letter_fraction": 7 / 76,
}


def measured(*texts: str | None) -> list[dict[str, float]]:
    op = load.equip(load.build("signals.redpajama_v2", {}), load.shipped)
    return op(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table.drop(["text"]).to_pylist()


def test_redpajama_v2():
    first, blank, null = measured(COUNTED, "", None)
    assert first == pytest.approx(MEASURED, rel=1e-7)
    assert not any([*blank.values(), *null.values()])


def test_runs_are_covered_once_however_they_overlap():
    (row,) = measured("a b c d e f a b c d e f g hh")
    assert row["rps_doc_frac_chars_dupe_5grams"] == row["rps_doc_frac_chars_dupe_6grams"] == float(np.float32(12 / 15))
    assert row["rps_doc_frac_chars_dupe_7grams"] == 0
