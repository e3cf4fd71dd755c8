"""Replaces matches of regular expressions of one's own.

Source:   RE2 (see text.regular); mC4, CCNet and OSCAR clean text with lists of such rules.
Deviates: from Python's re: no backreferences in an expression and no look-around, so that no text takes more than
          linear time; groups in a replacement are \\1, not \\g<1>.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text import regular


@dataclass(frozen=True, kw_only=True)
class Regex(Rewrite):
    """Adds `column`: matches replaced, int32.

    replace: expression -> replacement, applied one after another in this order: `{"\\s+$": ""}`. `(?i)` before an
    expression ignores case, `(?m)` lets ^ and $ match at lines, `(?s)` lets . match a line feed; `\\p{Han}` is a
    script. \\w, \\d, \\s and \\b know ASCII alone: \\p{L} and \\p{N} are letters and digits of all scripts.
    """

    replace: Mapping[str, str]
    column: str = "regex_replaced"

    adds: ClassVar[Columns] = {"regex_replaced": pa.int32()}

    def __post_init__(self) -> None:
        if not self.replace or not self.column:
            raise ValueError("regex needs at least one expression in `replace` and a name in `column`")
        for expression, replacement in self.replace.items():
            regular.check_expression(expression)
            regular.check_replacement(expression, replacement)

    def columns_added(self) -> Columns:
        return {"text": pa.large_string(), self.column: pa.int32()}

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        replaced = pa.array([0] * len(texts), pa.int32())
        for expression, replacement in self.replace.items():
            found = regular.count(texts, expression)
            if pc.any(pc.greater(found, 0)).as_py():
                replaced = pc.add(replaced, found)
                texts = regular.replace(texts, expression, replacement)
        return {"text": texts, self.column: replaced}
