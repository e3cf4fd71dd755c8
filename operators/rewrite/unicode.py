"""Writes each character one way: in a normal form, without control, zero-width and direction characters.

Source:   Unicode Standard Annex #15 (normal forms); what becomes of each character and why: text.removed_characters.
Deviates: what stands for something is replaced, not deleted: U+0092 becomes the apostrophe that windows-1252 means by
          it, a page break a line feed. U+200B stays in Khmer, Thai and other scripts whose words it parts, tags in
          flags, joiners (U+200C, U+200D) everywhere.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar, get_args

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.changes import chars_missing, counts_at, documents_at, put_back
from corpusmill.operators.text.normal_form import Form, flagged, needs_work
from corpusmill.operators.text.removed_characters import KINDS, characters_of, without_removed
from corpusmill.operators.text.spans import spans_of

MOST_MARKS = 30  # Unicode Standard Annex #15, section 13 (stream-safe text)


def clean(text: str, form: Form, kinds: tuple[str, ...]) -> str:
    """`text` without the characters of these kinds, then in the normal form.

    >>> clean("re\\u0301sume\\u0301\\u200b\\x07", "NFC", ("control", "zero_width"))
    'résumé'
    """
    if not needs_work(text, form, characters_of(kinds)):
        return text
    return unicodedata.normalize(form, without(text, kinds))


def without(text: str, kinds: tuple[str, ...]) -> str:
    """`text` without the characters of these kinds, and with at most MOST_MARKS combining marks in a row.

    More make no letter of any language, and the time to put them in order grows with their square.
    """
    return _marks().sub(r"\1", without_removed(text, kinds))


@functools.cache
def _marks() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
    return re.compile(f"([{re.escape(marks)}]{{{MOST_MARKS}}})[{re.escape(marks)}]+")


@dataclass(frozen=True, kw_only=True)
class Unicode(Rewrite):
    """Adds `unicode_removed_chars` and `unicode_normalized_chars` (characters that others replaced).

    form: NFC keeps every difference a reader sees; NFKC also folds ligatures, full-width forms and superscripts.
    remove: kinds of `KINDS`: control, zero_width, soft_hyphen, direction, tag, joiner, math, private. Only documents
    that a scan of the bytes flags are touched.
    """

    form: Form = "NFC"
    remove: tuple[str, ...] = ("control", "zero_width", "soft_hyphen", "direction", "tag")

    version: ClassVar[int] = 3
    adds: ClassVar[Columns] = {"unicode_removed_chars": pa.int32(), "unicode_normalized_chars": pa.int32()}

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise ValueError(f"form must be one of {get_args(Form)}, got {self.form!r}")
        if unknown := sorted(set(self.remove) - set(KINDS)):
            raise ValueError(f"remove knows {sorted(KINDS)}, not {unknown}")

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        rows = np.flatnonzero(flagged(spans_of(texts), self.form, characters_of(self.remove)))
        before = documents_at(texts, rows)
        kept = [without(text, self.remove) for text in before]
        after = [unicodedata.normalize(self.form, text) for text in kept]
        removed = [len(a) - len(b) for a, b in zip(before, kept, strict=True)]
        replaced = [
            chars_missing(a, b) - gone + chars_missing(b, c)
            for a, b, c, gone in zip(before, kept, after, removed, strict=True)
        ]
        return {
            "text": put_back(texts, rows, after),
            "unicode_removed_chars": counts_at(len(texts), rows, removed),
            "unicode_normalized_chars": counts_at(len(texts), rows, replaced),
        }
