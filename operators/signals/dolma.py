"""Gopher's rules as Dolma counts them.

Source:   Soldaini et al. 2024 (Dolma), arXiv:2402.00159, section on quality filters ("Gopher All"), and the code of its
          toolkit where the paper leaves it open; thresholds: the recipe `dolma`.
Deviates: from signals.gopher_quality and signals.gopher_repetition, as Dolma does: the median length of words, marks by
          the word that holds them ("..." is none), bullets "*" and "-" at the very start, stop words as often as they
          stand, every copy of a repeated line, runs of words by their share in all runs. Nothing counted is 0.
"""

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.signals.scans import dolma_counts as scans
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.lengths import totals
from corpusmill.operators.text.lines import LineRule, find_line_texts, find_lines
from corpusmill.operators.text.membership import word_sets
from corpusmill.operators.text.run_cover import COVER_SIZES, TOP_SIZES, cover_runs, run_cover, top_run
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.words import WordRule, find_words

REQUIRED = ("the", "be", "to", "of", "and", "that", "have", "with")


def dolma(text: str, required: tuple[str, ...]) -> dict[str, float]:
    """The columns of one document: the specification.

    >>> dolma("- the tea\\n- the tea\\n", REQUIRED)["dolma_dup_line_ratio"]
    0.6666666666666666
    """
    words, lines = text.split(), text.split("\n") if text else []
    chars, copies = sum(map(len, words)), Counter(lines)
    again = [line for line in lines if copies[line] > 1]
    tops = {n: top_run(words, n) for n in TOP_SIZES}
    covers = {n: run_cover(words, n) for n in COVER_SIZES}
    return {
        "dolma_words": len(words),
        "dolma_median_word_chars": float(statistics.median(map(len, words))) if words else 0.0,
        "dolma_symbol_ratio": share(sum("#" in w or "…" in w for w in words), len(words)),
        "dolma_alpha_ratio": share(sum(any(map(str.isalpha, w)) for w in words), len(words)),
        "dolma_required_words": sum(w in required for w in words),
        "dolma_bullet_ratio": share(sum(line.startswith(("*", "-")) for line in lines), len(lines)),
        "dolma_ellipsis_line_ratio": share(sum(line.endswith("…") for line in lines), len(lines)),
        "dolma_dup_line_ratio": share(len(again), len(lines)),
        "dolma_dup_line_char_ratio": share(sum(map(len, again)), chars),
        **{f"dolma_top_{n}gram_ratio": share(count * size, chars) for n, (count, size) in tops.items()},
        **{f"dolma_dup_{n}gram_ratio": share(repeated, every) for n, (_, repeated, every) in covers.items()},
    }


@dataclass(frozen=True, kw_only=True)
class Dolma(Signal):
    """Adds eighteen `dolma_` columns; see `dolma`. Words are those of str.split, lines those of split("\\n").

    Shares are 0 to 1, but characters of repeated lines, spaces among them, are a share of those that are no space.
    `required`: the stop words, as they are spelt.
    """

    required: tuple[str, ...] = REQUIRED

    adds: ClassVar[Columns] = {
        "dolma_words": pa.int64(),
        "dolma_median_word_chars": pa.float32(),
        "dolma_symbol_ratio": pa.float32(),
        "dolma_alpha_ratio": pa.float32(),
        "dolma_required_words": pa.int64(),
        "dolma_bullet_ratio": pa.float32(),
        "dolma_ellipsis_line_ratio": pa.float32(),
        "dolma_dup_line_ratio": pa.float32(),
        "dolma_dup_line_char_ratio": pa.float32(),
        **{f"dolma_top_{n}gram_ratio": pa.float32() for n in TOP_SIZES},
        **{f"dolma_dup_{n}gram_ratio": pa.float32() for n in COVER_SIZES},
    }

    def __post_init__(self) -> None:
        if isinstance(self.required, str) or not self.required:
            raise ValueError(f"required must be a list of words, got {self.required!r}")

    def measure(self, batch: Batch) -> Arrays:
        text, words = batch.once(find_text), batch.once(find_words, WordRule.WHITESPACE)
        lines, said = batch.once(find_lines, LineRule.NEWLINE), batch.once(find_line_texts, LineRule.NEWLINE)
        n, required = len(text), word_sets([self.required])
        kinds, median = np.zeros((3, n), np.int64), np.zeros(n, np.float64)
        copies, bullets = np.zeros((2, n), np.int64), np.zeros(n, np.int64)
        of_words = scans.WordArrays(words.first, words.start, words.size_bytes, words.kinds, words.hash)
        scans.count_words(text.data, text.offsets, of_words, required.begin, required.slots, kinds)
        scans.medians(words.first, words.chars, median)
        scans.count_copies(said.first, said.hash, said.chars, copies)
        scans.bulleted(text.data, text.offsets, lines.first, lines.start, lines.size_bytes, bullets)
        chars, runs = totals(words.first, words.chars), cover_runs(words)
        columns = {
            "dolma_words": words.counts,
            "dolma_median_word_chars": median.astype(np.float32),
            "dolma_symbol_ratio": shares(kinds[scans.MARKED], words.counts),
            "dolma_alpha_ratio": shares(kinds[scans.ALPHABETIC], words.counts),
            "dolma_required_words": kinds[scans.REQUIRED],
            "dolma_bullet_ratio": shares(bullets, lines.counts),
            "dolma_ellipsis_line_ratio": shares(totals(lines.first, lines.last == ord("…")), lines.counts),
            "dolma_dup_line_ratio": shares(copies[0], lines.counts),
            "dolma_dup_line_char_ratio": shares(copies[1], chars),
            **{
                f"dolma_top_{size}gram_ratio": shares(runs.top_count[k] * runs.top_chars[k], chars)
                for k, size in enumerate(TOP_SIZES)
            },
            **{
                f"dolma_dup_{size}gram_ratio": shares(runs.repeated[k], runs.all[k])
                for k, size in enumerate(COVER_SIZES)
            },
        }
        return {name: pa.array(values) for name, values in columns.items()}
