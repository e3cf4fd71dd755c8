"""Text that was decoded with the wrong character set, put right: "cafÃ©" becomes "café".

Source:   Speer 2019, ftfy, doi:10.5281/zenodo.2591652: `ftfy.fix_encoding`, run line by line.
Deviates: only lines with a sequence that can be UTF-8 read in another character set are given to it, in pieces of at
          most PIECE_CHARS. Sequences whose middle was lost or became a space, and C1 controls alone, stay.
"""

import functools
from dataclasses import dataclass
from typing import ClassVar

import ftfy
import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.changes import chars_missing, counts_at, documents_at, put_back
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans, spans_of

CHARSETS = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac-roman", "cp437")
PIECE_CHARS = 100_000  # of one line; ftfy's time grows with the length of what it is given
LEAD_2, LEAD_3, LEAD_4, FOLLOWS = 1, 2, 4, 8


def repaired(text: str) -> str:
    """`text` with every suspicious line given to ftfy.

    >>> repaired("Le cafÃ© estÂ fermÃ©.\\ncafé")
    'Le café est\\xa0fermé.\\ncafé'
    """
    return "\n".join(repaired_line(line) if suspicious(line) else line for line in text.split("\n"))


def repaired_line(line: str) -> str:
    pieces = (line[at : at + PIECE_CHARS] for at in range(0, len(line), PIECE_CHARS))
    return "".join(ftfy.fix_encoding(piece) for piece in pieces)


def suspicious(text: str) -> bool:
    """Whether a sequence in `text` may be a UTF-8 character read in a character set of CHARSETS.

    >>> suspicious("cafÃ©"), suspicious("café, naïve; tête-à-tête"), suspicious("â€œ")
    (True, False, True)
    """
    table = _table()
    one = two = three = 0  # what the last, the last but one and the last but two characters can be
    for character in text:
        kind = int(table[ord(character)]) if ord(character) < len(table) else 0
        if kind & FOLLOWS and (
            one & LEAD_2 or (one & FOLLOWS and (two & LEAD_3 or (two & FOLLOWS and three & LEAD_4)))
        ):
            return True
        one, two, three = kind, one, two
    return False


@dataclass(frozen=True, kw_only=True)
class Mojibake(Rewrite):
    """Adds `mojibake_chars_replaced`: characters of the text before that are gone."""

    libraries: ClassVar[tuple[str, ...]] = ("ftfy",)
    adds: ClassVar[Columns] = {"mojibake_chars_replaced": pa.int32()}

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        rows = np.flatnonzero(flagged(spans_of(texts)))
        before = documents_at(texts, rows)
        after = [repaired(text) for text in before]
        counts = [chars_missing(a, b) for a, b in zip(before, after, strict=True)]
        return {"text": put_back(texts, rows, after), "mojibake_chars_replaced": counts_at(len(texts), rows, counts)}


def flagged(texts: Spans) -> np.ndarray:
    """bool, one a document: `suspicious` is the specification."""
    found = np.zeros(len(texts.starts), np.bool_)
    _flag(texts.data, texts.starts, texts.ends, _table(), found)
    return found


@functools.cache
def _table() -> np.ndarray:
    """uint8 (65536,): which bytes of UTF-8 a character can be in any of the character sets."""
    table = np.zeros(0x10000, np.uint8)
    for charset in CHARSETS:
        for byte in range(0x80, 0xF5):
            character = bytes([byte]).decode(charset, "replace")
            character = chr(byte) if character == "\ufffd" else character
            bit = FOLLOWS if byte < 0xC0 else LEAD_2 if byte < 0xE0 else LEAD_3 if byte < 0xF0 else LEAD_4
            table[ord(character)] |= bit
            if byte < 0xA0:
                table[byte] |= bit
    return table


@njit(nogil=True, cache=True)
def _flag(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, table: np.ndarray, found: np.ndarray) -> None:
    for i in range(len(starts)):
        p, end = starts[i], ends[i]
        one, two, three = 0, 0, 0
        while p < end:
            byte = np.int32(data[p])
            if byte < 0x80:
                one, two, three = 0, 0, 0
                p += 1
                continue
            if byte < 0xE0:
                code, p = (byte & 0x1F) << 6 | (data[p + 1] & 0x3F), p + 2
            elif byte < 0xF0:
                code, p = (byte & 0x0F) << 12 | (data[p + 1] & 0x3F) << 6 | (data[p + 2] & 0x3F), p + 3
            else:
                code, p = 0, p + 4
            kind = np.int64(table[code])
            if kind & 8 and (one & 1 or (one & 8 and (two & 2 or (two & 8 and three & 4)))):
                found[i] = True
                break
            one, two, three = kind, one, two
