"""Counts matches of regular expressions of one's own.

Source:   RE2 (see text.regular).
Deviates: from Python's re: no backreferences and no look-around, so that no text takes more than linear time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text import regular


@dataclass(frozen=True, kw_only=True)
class Regex(Signal):
    """Adds a column for each expression: matches in the document, none overlapping, int32; 0 in a blank one.

    count: column -> expression: `{"dollar_amounts": "\\$[0-9]+"}`. `(?i)` before an expression ignores case, `(?m)`
    lets ^ and $ match at lines, `(?s)` lets . match a line feed; `\\p{Han}` is a
    script. \\w, \\d, \\s and \\b know ASCII alone: \\p{L} and \\p{N} are letters and digits of all scripts.
    """

    count: Mapping[str, str]

    adds: ClassVar[Columns] = {"matches": pa.int32()}

    def __post_init__(self) -> None:
        if not self.count or "" in self.count:
            raise ValueError("regex needs at least one column with a name in `count`")
        for expression in self.count.values():
            regular.check_expression(expression)

    def columns_added(self) -> Columns:
        return {column: pa.int32() for column in self.count}

    def measure(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        return {column: regular.count(texts, expression) for column, expression in self.count.items()}
