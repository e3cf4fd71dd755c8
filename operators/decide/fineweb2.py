"""Drops documents that break a rule of FineWeb2, with the bounds of their language and script.

Source:   Penedo et al. 2025 (FineWeb2), arXiv:2506.20920, and its published pipeline and settings
          (huggingface/fineweb-2, d0defb2): the rules, their order, 50 to 100,000 words, 0.1 of characters repeated.
Deviates: none in the numbers but for English and Korean (text.fineweb2.settings, column `origin`). A document in a
          language without settings is judged by those of its script and without stop words (there: not kept at all).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators import limits
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text.fineweb2.settings import DUP_SIZES, SETTINGS, TOP_SIZES, read_settings
from corpusmill.operators.text.reasons import above, below, first_reason


@dataclass(frozen=True, kw_only=True)
class Fineweb2(Decision):
    """Bounds on columns of signals.gopher_repetition, signals.fineweb and signals.gopher_quality, all inclusive.

    The fields hold for every language, null switches a rule off; `settings` gives the other bounds by the columns
    `language` and `script`. Measure with `words: by_language`: that is how the words of the settings were counted. A
    document whose language is null is judged by the fields alone.
    """

    settings: Resource = SETTINGS
    min_words: int | None = 50
    max_words: int | None = 100_000
    max_dup_char_ratio: float | None = 0.1
    max_hash_ratio: float | None = 0.1
    max_ellipsis_ratio: float | None = 0.1
    max_bullet_ratio: float | None = 0.9
    max_ellipsis_line_ratio: float | None = 0.3
    min_stop_words: int | None = 2

    reads: ClassVar[Columns] = {
        "language": pa.string(),
        "script": pa.string(),
        "gopher_dup_line_ratio": pa.float32(),
        **{f"gopher_top_{n}gram_ratio": pa.float32() for n in TOP_SIZES},
        **{f"gopher_dup_{n}gram_ratio": pa.float32() for n in DUP_SIZES},
        "fineweb_ended_line_ratio": pa.float32(),
        "fineweb_dup_char_ratio": pa.float32(),
        "fineweb_newline_ratio": pa.float32(),
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
        counts = limits.not_negative(self, "min_words", "max_words", "min_stop_words", "max_hash_ratio")
        ellipses = limits.not_negative(self, "max_ellipsis_ratio")
        shares = limits.share(self, "max_dup_char_ratio", "max_bullet_ratio", "max_ellipsis_line_ratio")
        limits.refuse([*counts, *ellipses, *shares, *limits.rising(self, "min_words", "max_words")])

    def check_files(self) -> None:
        read_settings(self.settings.read())

    def reasons(self, batch: Batch) -> pa.Array:
        found = read_settings(self.settings.read())
        rows = found.rows_of(batch)
        bound = {name: np.append(values, np.nan)[rows] for name, values in found.bounds.items()}  # NaN: no bound
        rules: list[tuple[str, np.ndarray]] = [
            ("gopher_dup_line", above(batch, "gopher_dup_line_ratio", bound["max_dup_line_ratio"])),
        ]
        for kind, sizes in (("top", TOP_SIZES), ("dup", DUP_SIZES)):
            for n in sizes:
                most = bound[f"max_{kind}_{n}gram_ratio"]
                rules.append((f"gopher_{kind}_{n}gram", above(batch, f"gopher_{kind}_{n}gram_ratio", most)))
        ended, newlines = bound["min_ended_line_ratio"], bound["max_newline_ratio"]
        rules += [
            ("fineweb_lines_unended", below(batch, "fineweb_ended_line_ratio", ended)),
            ("fineweb_lines_repeated", above(batch, "fineweb_dup_char_ratio", self.max_dup_char_ratio)),
            ("fineweb_list", above(batch, "fineweb_newline_ratio", newlines)),
            ("gopher_words_few", below(batch, "gopher_words", self.min_words)),
            ("gopher_words_many", above(batch, "gopher_words", self.max_words)),
            ("gopher_words_short", below(batch, "gopher_mean_word_chars", bound["min_mean_word_chars"])),
            ("gopher_words_long", above(batch, "gopher_mean_word_chars", bound["max_mean_word_chars"])),
            ("gopher_hashes", above(batch, "gopher_hash_ratio", self.max_hash_ratio)),
            ("gopher_ellipses", above(batch, "gopher_ellipsis_ratio", self.max_ellipsis_ratio)),
            ("gopher_bullets", above(batch, "gopher_bullet_ratio", self.max_bullet_ratio)),
            ("gopher_ellipsis_lines", above(batch, "gopher_ellipsis_line_ratio", self.max_ellipsis_line_ratio)),
            ("gopher_letters_few", below(batch, "gopher_alpha_ratio", bound["min_alpha_ratio"])),
            ("gopher_stop_words_few", below(batch, "gopher_stop_words", self.min_stop_words)),
        ]
        return first_reason(rules, batch.num_rows)
