"""Counts matches of regular expressions of one's own, or measures how much of a text they are.

Source:   RE2 (see text.regular).
Deviates: from Python's re: no backreferences and no look-around, so that no text takes more than linear time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text import regular


@dataclass(frozen=True, kw_only=True)
class Regex(Signal):
    """Adds a column for each expression. count: matches in the document, none overlapping, int32. share: characters in
    such matches by all characters, float32, 0 to 1. Both are 0 in a blank document.

    Column -> expression: `count: {dollar_amounts: "\\$[0-9]+"}`, `share: {han_ratio: "\\p{Han}+"}`. `(?i)` before an
    expression ignores case, `(?m)` lets ^ and $ match at lines, `(?s)` lets . match a line feed. \\w, \\d, \\s and
    \\b know ASCII alone: \\p{L} and \\p{N} are letters and digits of all scripts, `\\p{Han}` is a script.
    """

    count: Mapping[str, str] = field(default_factory=dict)
    share: Mapping[str, str] = field(default_factory=dict)

    adds: ClassVar[Columns] = {"matches": pa.int32()}

    def __post_init__(self) -> None:
        columns = [*self.count, *self.share]
        if not columns or "" in columns:
            raise ValueError("regex needs at least one column with a name, in `count` or `share`")
        if both := sorted(set(self.count) & set(self.share)):
            raise ValueError(f"count and share both name {both}: each makes a column of its own")
        for expression in (*self.count.values(), *self.share.values()):
            regular.check_expression(expression)

    def columns_added(self) -> Columns:
        return {**dict.fromkeys(self.count, pa.int32()), **dict.fromkeys(self.share, pa.float32())}

    def measure(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        counts = {column: regular.count(texts, expression) for column, expression in self.count.items()}
        shares = {column: regular.share(texts, expression) for column, expression in self.share.items()}
        return {**counts, **shares}
