"""Which of a few short ASCII phrases stand in a stretch of text, capitals folded by ASCII alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True, kw_only=True, eq=False)
class Phrases:
    """`begin`: int64[k + 1], `letters`: uint8 of k phrases in lower case; phrase i is letters[begin[i]:begin[i + 1]].

    `opening`: int64[256], the first phrase that begins with a byte, -1 for none; `after`: int64[k], the next such.
    """

    begin: np.ndarray
    letters: np.ndarray
    opening: np.ndarray
    after: np.ndarray


def phrases(texts: Sequence[str]) -> Phrases:
    """Phrases ready to be looked for, at most 62; they must be ASCII in lower case."""
    if len(texts) > 62 or any(not text or not text.isascii() or text != text.lower() for text in texts):
        raise ValueError(f"at most 62 phrases in lower-case ASCII, got {list(texts)!r}")
    opening, after = np.full(256, -1, np.int64), np.full(len(texts), -1, np.int64)
    for i in reversed(range(len(texts))):
        after[i] = opening[ord(texts[i][0])]
        opening[ord(texts[i][0])] = i
    return Phrases(
        begin=np.cumsum([0, *map(len, texts)], dtype=np.int64),
        letters=np.frombuffer("".join(texts).encode(), np.uint8),
        opening=opening,
        after=after,
    )


@njit(nogil=True, cache=True)
def lower_byte(byte: int) -> int:
    """A byte of UTF-8 with A to Z folded to a to z."""
    return byte + 32 if 65 <= byte <= 90 else byte


@njit(nogil=True, cache=True)
def phrases_in(
    data: np.ndarray,
    at: int,
    end: int,
    begin: np.ndarray,
    letters: np.ndarray,
    opening: np.ndarray,
    after: np.ndarray,
) -> int:
    """Bit i is set when phrase i occurs in data[at:end]."""
    found = 0
    for place in range(at, end):
        which = int(opening[lower_byte(data[place])])
        while which >= 0:
            length = int(begin[which + 1] - begin[which])
            if place + length <= end:
                i = 1
                while i < length and lower_byte(data[place + i]) == letters[begin[which] + i]:
                    i += 1
                if i == length:
                    found |= 1 << which
            which = int(after[which])
    return found
