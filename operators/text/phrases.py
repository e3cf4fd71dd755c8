"""Which of a few short ASCII phrases stand in a stretch of text, capitals folded by ASCII alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.kernel import njit

COMMON = "zqxjkvbpygfwmucldrhsnioate "  # letters of English, the rare ones first; other signs count as rarer still


@dataclass(frozen=True, kw_only=True, eq=False)
class Phrases:
    """`begin`: int64[k + 1], `letters`: uint8 of k phrases in lower case; phrase i is letters[begin[i]:begin[i + 1]].

    A phrase is looked for where its rarest letter, the hook, stands. `hook`: int64[k], its place in the phrase;
    `hooks`, `nexts`: int64[256], bit i is set for a byte that can be the hook of phrase i, or stand behind it.
    """

    begin: np.ndarray
    letters: np.ndarray
    hook: np.ndarray
    hooks: np.ndarray
    nexts: np.ndarray


def phrases(texts: Sequence[str]) -> Phrases:
    """Phrases ready to be looked for, at most 62; they must be ASCII in lower case."""
    if len(texts) > 62 or any(not text or not text.isascii() or text != text.lower() for text in texts):
        raise ValueError(f"at most 62 phrases in lower-case ASCII, got {list(texts)!r}")
    places = [min(range(len(text)), key=lambda i, text=text: COMMON.find(text[i])) for text in texts]
    hooks, nexts = np.zeros(256, np.int64), np.zeros(256, np.int64)
    for i, (text, place) in enumerate(zip(texts, places, strict=True)):
        letter, behind = text[place], text[place + 1 : place + 2]
        hooks[[ord(letter), ord(letter.upper())]] |= 1 << i
        nexts[[ord(behind), ord(behind.upper())] if behind else slice(None)] |= 1 << i
    return Phrases(
        begin=np.cumsum([0, *map(len, texts)], dtype=np.int64),
        letters=np.frombuffer("".join(texts).encode(), np.uint8),
        hook=np.array(places, np.int64),
        hooks=hooks,
        nexts=nexts,
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
    hook: np.ndarray,
    hooks: np.ndarray,
    nexts: np.ndarray,
) -> int:
    """Bit i is set when phrase i occurs in data[at:end]."""
    found = 0
    for place in range(at, end):
        possible = hooks[data[np.uintp(place)]]
        if place + 1 < end:
            possible &= nexts[data[np.uintp(place + 1)]]
        if possible:
            for which in range(len(hook)):
                if possible >> which & 1 and _stands_at(data, place - hook[which], at, end, begin, letters, which):
                    found |= 1 << which
    return found


@njit(nogil=True, cache=True)
def _stands_at(
    data: np.ndarray, start: int, at: int, end: int, begin: np.ndarray, letters: np.ndarray, which: int
) -> bool:
    """Whether phrase `which` begins at byte `start` and lies inside data[at:end]."""
    length = begin[which + 1] - begin[which]
    if start < at or start + length > end:
        return False
    i = 0
    while i < length and lower_byte(data[start + i]) == letters[begin[which] + i]:
        i += 1
    return i == length
