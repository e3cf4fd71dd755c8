"""Removes the lines that the rules of C4 remove, and counts them.

Source:   Raffel et al. 2020 (T5), JMLR 21(140), section 2.2; the rules: operators/text/c4/line_rules.py.
Deviates: see there. Lines kept are stripped, lose their citation marks and are joined by "\\n".
"""

from dataclasses import dataclass
from typing import ClassVar

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.c4.columns import COLUMNS, judge
from corpusmill.operators.text.c4.line_rules import LineRules


@dataclass(frozen=True, kw_only=True)
class C4Lines(LineRules, Rewrite):
    """Rewrites `text`; adds ten `c4_` counts of lines (str.splitlines) by fate, and of sentences in those kept.

    `min_words`, `max_word_chars`: 0 switches the rule off; the rest say which rules apply.
    """

    adds: ClassVar[Columns] = COLUMNS

    def rewrite(self, batch: Batch) -> Arrays:
        judged = batch.once(judge, self.rules)
        return {"text": judged.text, **judged.columns}
