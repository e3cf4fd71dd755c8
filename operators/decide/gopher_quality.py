"""Drops documents that break one of the Gopher quality rules.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A.1.1, "Quality Filtering": every default below.
Deviates: none in the numbers. Rules are tried in the order of the fields, and the first one broken is the reason.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text.languages import SETTINGS, check_settings, setting_of
from corpusmill.operators.text.reasons import above, below, first_reason, thresholds_of

RULES = {
    "min_words": ("gopher_words_few", "gopher_words"),
    "max_words": ("gopher_words_many", "gopher_words"),
    "min_mean_word_chars": ("gopher_words_short", "gopher_mean_word_chars"),
    "max_mean_word_chars": ("gopher_words_long", "gopher_mean_word_chars"),
    "max_hash_ratio": ("gopher_hashes", "gopher_hash_ratio"),
    "max_ellipsis_ratio": ("gopher_ellipses", "gopher_ellipsis_ratio"),
    "max_bullet_ratio": ("gopher_bullets", "gopher_bullet_ratio"),
    "max_ellipsis_line_ratio": ("gopher_ellipsis_lines", "gopher_ellipsis_line_ratio"),
    "min_alpha_ratio": ("gopher_letters_few", "gopher_alpha_ratio"),
    "min_stop_words": ("gopher_stop_words_few", "gopher_stop_words"),
}
BY_LANGUAGE = ("min_mean_word_chars", "max_mean_word_chars")


@dataclass(frozen=True, kw_only=True)
class GopherQuality(Decision):
    """Thresholds on the columns of signals.gopher_quality, inclusive; null switches a rule off, a null value passes.

    `by_language`: the bounds of mean word length are those the settings give for each document's `language`; the fields
    hold for languages the settings do not know.
    """

    min_words: int | None = 50
    max_words: int | None = 100_000
    min_mean_word_chars: float | None = 3
    max_mean_word_chars: float | None = 10
    max_hash_ratio: float | None = 0.1
    max_ellipsis_ratio: float | None = 0.1
    max_bullet_ratio: float | None = 0.9
    max_ellipsis_line_ratio: float | None = 0.3
    min_alpha_ratio: float | None = 0.8
    min_stop_words: int | None = 2
    by_language: bool = False
    settings: Resource = SETTINGS

    reads: ClassVar[Columns] = {
        "gopher_words": pa.int64(),
        "gopher_mean_word_chars": pa.float32(),
        "gopher_hash_ratio": pa.float32(),
        "gopher_ellipsis_ratio": pa.float32(),
        "gopher_bullet_ratio": pa.float32(),
        "gopher_ellipsis_line_ratio": pa.float32(),
        "gopher_alpha_ratio": pa.float32(),
        "gopher_stop_words": pa.int32(),
    }

    def __post_init__(self) -> None:
        counts = limits.not_negative(self, "min_words", "max_words", "min_stop_words")
        lengths = limits.not_negative(self, "min_mean_word_chars", "max_mean_word_chars")
        marks = limits.not_negative(self, "max_hash_ratio", "max_ellipsis_ratio")  # marks by words: they may pass 1
        shares = limits.share(self, "max_bullet_ratio", "max_ellipsis_line_ratio", "min_alpha_ratio")
        words = limits.rising(self, "min_words", "max_words")
        chars = limits.rising(self, "min_mean_word_chars", "max_mean_word_chars")
        limits.refuse([*counts, *lengths, *marks, *shares, *words, *chars])

    def check_files(self) -> None:
        check_settings(self.settings, BY_LANGUAGE if self.by_language else ())

    def columns_read(self) -> Columns:
        return {**self.reads, "language": pa.string()} if self.by_language else self.reads

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        shortest, longest = self.min_mean_word_chars, self.max_mean_word_chars
        if self.by_language:
            shortest = setting_of("min_mean_word_chars", self.settings, batch, shortest)
            longest = setting_of("max_mean_word_chars", self.settings, batch, longest)
        return [
            ("gopher_words_few", below(batch, "gopher_words", self.min_words)),
            ("gopher_words_many", above(batch, "gopher_words", self.max_words)),
            ("gopher_words_short", below(batch, "gopher_mean_word_chars", shortest)),
            ("gopher_words_long", above(batch, "gopher_mean_word_chars", longest)),
            ("gopher_hashes", above(batch, "gopher_hash_ratio", self.max_hash_ratio)),
            ("gopher_ellipses", above(batch, "gopher_ellipsis_ratio", self.max_ellipsis_ratio)),
            ("gopher_bullets", above(batch, "gopher_bullet_ratio", self.max_bullet_ratio)),
            ("gopher_ellipsis_lines", above(batch, "gopher_ellipsis_line_ratio", self.max_ellipsis_line_ratio)),
            ("gopher_letters_few", below(batch, "gopher_alpha_ratio", self.min_alpha_ratio)),
            ("gopher_stop_words_few", below(batch, "gopher_stop_words", self.min_stop_words)),
        ]

    def thresholds(self) -> list[Threshold]:
        return thresholds_of(self, RULES, varying=BY_LANGUAGE if self.by_language else ())
