"""What the line rules of C4 found, as columns: the same for the signal and for the rewrite."""

from dataclasses import astuple, dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.c4.line_rules import POLICY_PHRASES, Fate, LineRules
from corpusmill.operators.text.c4.scan import Lines, Out, Phrases, Rules, scan
from corpusmill.operators.text.lines import LineRule, find_lines
from corpusmill.operators.text.phrases import phrases
from corpusmill.operators.text.unicode_table import unicode_tables

COLUMNS: Columns = {
    "c4_lines": pa.int64(),
    "c4_kept_lines": pa.int64(),
    "c4_long_word_lines": pa.int64(),
    "c4_unended_lines": pa.int64(),
    "c4_few_word_lines": pa.int64(),
    "c4_javascript_lines": pa.int64(),
    "c4_policy_lines": pa.int64(),
    "c4_lorem_ipsum_lines": pa.int64(),
    "c4_curly_lines": pa.int64(),
    "c4_sentences": pa.int64(),
}
_OUTCOMES = (
    Fate.KEPT,
    Fate.LONG_WORD,
    Fate.UNENDED,
    Fate.FEW_WORDS,
    Fate.JAVASCRIPT,
    Fate.POLICY,
    Fate.LOREM_IPSUM,
    Fate.CURLY,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """`text`: large_string, what is left; `columns`: those of COLUMNS."""

    text: pa.Array
    columns: Arrays


def judge(batch: Batch, rules: LineRules) -> Judged:
    """The line rules applied to column `text`; use as `batch.once(judge, rules)`. Null text stays null, counts 0."""
    text, lines = batch.once(find_text), batch.once(find_lines, LineRule.UNICODE)
    n = len(text)
    out = np.empty(text.size_bytes + n, np.uint8)
    offsets, fates, sentences = np.zeros(n + 1, np.int64), np.zeros((len(Fate), n), np.int64), np.zeros(n, np.int64)
    sought = phrases(("lorem ipsum", "javascript", "{", *POLICY_PHRASES))
    scan(
        Lines(text.data, text.offsets, lines.first, lines.start, lines.size_bytes, unicode_tables().bits),
        Rules(*astuple(rules)),
        Phrases(sought.begin, sought.letters, sought.hook, sought.hooks, sought.nexts),
        Out(out, offsets, fates, sentences),
    )
    valid = None if text.valid.all() else pa.py_buffer(np.packbits(text.valid, bitorder="little").tobytes())
    buffers = [valid, pa.py_buffer(offsets.data), pa.py_buffer(out.data).slice(0, int(offsets[-1]))]
    arrays = [pa.array(values) for values in (fates.sum(axis=0), *(fates[fate] for fate in _OUTCOMES), sentences)]
    return Judged(text=pa.Array.from_buffers(TEXT, n, buffers), columns=dict(zip(COLUMNS, arrays, strict=True)))
