"""One way of writing each character: normal form, and no control, zero-width or direction characters.

Source:   Unicode Standard Annex #15 (normal forms); Unicode 14, chapter 23 (special areas and format characters).
Deviates: joiners (U+200C, U+200D) stay unless asked for: Persian, Indic scripts and emoji are spelt with them.
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
from corpusmill.operators.text.changes import chars_gone, counts_at, documents_at, put_back
from corpusmill.operators.text.normal_form import Form, flagged, needs_work
from corpusmill.operators.text.spans import spans_of

MOST_MARKS = 30  # Unicode Standard Annex #15, section 13 (stream-safe text)
KINDS: dict[str, tuple[tuple[int, int], ...]] = {
    "control": ((0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xFFF9, 0xFFFB),
                (0xFFFE, 0xFFFF)),
    "zero_width": ((0x200B, 0x200B), (0x2060, 0x2064), (0xFEFF, 0xFEFF)),
    "soft_hyphen": ((0xAD, 0xAD),),
    "direction": ((0x61C, 0x61C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069)),
    "joiner": ((0x200C, 0x200D),),
    "tag": ((0xE0001, 0xE007F),),
    "private": ((0xE000, 0xF8FF),),
}  # fmt: skip


def clean(text: str, form: Form, unwanted: frozenset[str]) -> str:
    """`text` without the unwanted characters, then in the normal form.

    >>> clean("re\\u0301sume\\u0301\\u200b\\x07", "NFC", frozenset("\\u200b\\x07"))
    'résumé'
    """
    if not needs_work(text, form, unwanted):
        return text
    return unicodedata.normalize(form, without(text, unwanted))


def without(text: str, unwanted: frozenset[str]) -> str:
    """`text` without the unwanted characters, and with at most MOST_MARKS combining marks in a row.

    More make no letter of any language, and the time to put them in order grows with their square.
    """
    return _marks().sub(r"\1", text.translate(_deletions(unwanted)))


@functools.cache
def _marks() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
    return re.compile(f"([{re.escape(marks)}]{{{MOST_MARKS}}})[{re.escape(marks)}]+")


@functools.lru_cache(maxsize=8)
def _deletions(unwanted: frozenset[str]) -> dict[int, None]:
    return dict.fromkeys(map(ord, unwanted))


@functools.lru_cache(maxsize=8)
def characters_of(kinds: tuple[str, ...]) -> frozenset[str]:
    """Every character of these kinds of `KINDS`."""
    return frozenset(chr(c) for kind in kinds for first, last in KINDS[kind] for c in range(first, last + 1))


@dataclass(frozen=True, kw_only=True)
class Unicode(Rewrite):
    """Adds `unicode_removed_chars` and `unicode_normalized_chars` (characters that another spelling replaced).

    form: NFC keeps every difference a reader sees; NFKC also folds ligatures, full-width forms and superscripts.
    remove: kinds of KINDS. Only documents that a scan of the bytes flags are touched.
    """

    form: Form = "NFC"
    remove: tuple[str, ...] = ("control", "zero_width", "soft_hyphen", "direction", "tag")

    adds: ClassVar[Columns] = {"unicode_removed_chars": pa.int32(), "unicode_normalized_chars": pa.int32()}

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise ValueError(f"form must be one of {get_args(Form)}, got {self.form!r}")
        if unknown := sorted(set(self.remove) - set(KINDS)):
            raise ValueError(f"remove knows {sorted(KINDS)}, not {unknown}")

    def rewrite(self, batch: Batch) -> Arrays:
        texts, unwanted = batch.column("text"), characters_of(self.remove)
        rows = np.flatnonzero(flagged(spans_of(texts), self.form, unwanted))
        before = documents_at(texts, rows)
        kept = [without(text, unwanted) for text in before]
        after = [unicodedata.normalize(self.form, text) for text in kept]
        removed = [len(a) - len(b) for a, b in zip(before, kept, strict=True)]
        replaced = [chars_gone(a, b) for a, b in zip(kept, after, strict=True)]
        return {
            "text": put_back(texts, rows, after),
            "unicode_removed_chars": counts_at(len(texts), rows, removed),
            "unicode_normalized_chars": counts_at(len(texts), rows, replaced),
        }
