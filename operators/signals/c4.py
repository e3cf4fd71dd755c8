"""What the line rules of C4 would keep and remove, counted; the text stays as it is.

Source:   Raffel et al. 2020 (T5), JMLR 21(140), section 2.2; the rules: operators/text/c4/line_rules.py.
Deviates: see there. Use this to look, or rewrite.c4_lines, which adds the same columns and removes the lines.
"""

from dataclasses import dataclass
from typing import ClassVar

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.c4.columns import COLUMNS, judge
from corpusmill.operators.text.c4.line_rules import LineRules


@dataclass(frozen=True, kw_only=True)
class C4(LineRules, Signal):
    """Adds ten `c4_` counts of lines (str.splitlines) by their fate, and the sentences in the lines kept.

    `min_words`, `max_word_chars`: 0 switches the rule off; the rest say which rules apply.
    """

    adds: ClassVar[Columns] = COLUMNS

    def measure(self, batch: Batch) -> Arrays:
        return batch.once(judge, self.rules).columns
