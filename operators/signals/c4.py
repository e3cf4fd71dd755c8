"""What the line rules of C4 would keep and remove, counted; the text stays as it is.

Source:   Raffel et al. 2020 (T5), JMLR 21(140), section 2.2; the rules: operators/text/c4/line_rules.py.
Deviates: see there. Use this to look, or rewrite.c4_lines, which adds the same columns and removes the lines.
"""

from dataclasses import dataclass
from typing import ClassVar

from operators.batch import Batch
from operators.contract import Arrays, Columns, Signal
from operators.text.c4.columns import COLUMNS, judge
from operators.text.c4.line_rules import LineRules


@dataclass(frozen=True, kw_only=True)
class C4(Signal):
    """Adds ten `c4_` counts of lines (str.splitlines) by their fate, and the sentences in the lines kept.

    `min_words`, `max_word_chars`: 0 switches the rule off; the rest say which rules apply.
    """

    min_words: int = 3
    max_word_chars: int = 1000
    end_marks: bool = True
    citations: bool = True
    javascript: bool = True
    policy: bool = True

    adds: ClassVar[Columns] = COLUMNS

    def __post_init__(self) -> None:
        if self.min_words < 0 or self.max_word_chars < 0:
            raise ValueError(f"min_words and max_word_chars must not be negative, got {self}")

    def rules(self) -> LineRules:
        """The parameters as the rules take them."""
        return LineRules(
            min_words=self.min_words,
            max_word_chars=self.max_word_chars,
            end_marks=self.end_marks,
            citations=self.citations,
            javascript=self.javascript,
            policy=self.policy,
        )

    def measure(self, batch: Batch) -> Arrays:
        return batch.once(judge, self.rules()).columns
