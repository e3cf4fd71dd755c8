"""Hashes of words and of runs of words: 64 bits, the same on every machine and in every version.

A word's hash folds its code points one by one; a run of n words is hashed by a polynomial over the words' hashes, which
can be rolled along the text in one step a word; both end in a finaliser that spreads every bit over all 64.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.loads import load, load_part

MASK = (1 << 64) - 1
SPREAD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd
MIX = 0xD6E8FEB86659FD93  # odd, from the finaliser search of Pelle Evensen ("Moremur" family, 2019)
BASE = 0x100000001B3  # prime of FNV-1a 64
NUL_BIT = 21  # beyond all code points: U+0000 is folded in as 2^21, since 0 would leave a hash of 0 as it is

_SPREAD = np.uint64(SPREAD)
_MIX = np.uint64(MIX)
_BASE = np.uint64(BASE)
_S32 = np.uint64(32)
_S29 = np.uint64(29)
_NUL_BIT = np.uint64(NUL_BIT)


def finish_plain(value: int) -> int:
    """The finaliser on Python integers: a bijection of 64-bit values.

    >>> hex(finish_plain(1))
    '0xd8685893e3d7d0e9'
    """
    value = (value ^ (value >> 32)) * SPREAD & MASK
    value = (value ^ (value >> 29)) * MIX & MASK
    return value ^ (value >> 32)


def word_hash(word: str) -> int:
    """64-bit hash of a word, code point by code point: the specification of every kernel that hashes text.

    >>> word_hash("a") != word_hash("b"), word_hash("\\0a") != word_hash("a")
    (True, True)
    """
    value = 0
    for character in word:
        value = (value ^ (ord(character) or 1 << NUL_BIT)) * SPREAD & MASK
    return finish_plain(value)


def run_hash(hashes: list[int]) -> int:
    """64-bit hash of a run of words from their hashes, order kept.

    >>> run_hash([1, 2]) != run_hash([2, 1])
    True
    """
    value = 0
    for word in hashes:
        value = (value * BASE + word) & MASK
    return finish_plain(value)


def span_hash(payload: bytes) -> int:
    """64-bit hash of a longer stretch of UTF-8, eight bytes at a time: lines, paragraphs, sentences.

    >>> span_hash(b"a") != span_hash(b"a\\0")
    True
    """
    value = 0
    for at in range(0, len(payload), 8):
        value = (value ^ int.from_bytes(payload[at : at + 8], "little")) * SPREAD & MASK
        value ^= value >> 32
    return finish_plain(value ^ len(payload))


@njit(nogil=True, cache=True)
def hash_span(data: np.ndarray, begin: int, end: int) -> np.uint64:
    """`span_hash` of data[begin:end]."""
    value, at = np.uint64(0), begin
    while at + 8 <= end:
        value = (value ^ load(data, at)) * _SPREAD
        value ^= value >> _S32
        at += 8
    if at < end:
        value = (value ^ load_part(data, at, end - at)) * _SPREAD
        value ^= value >> _S32
    return finish(value ^ np.uint64(end - begin))


@njit(nogil=True, cache=True)
def finish(value: np.uint64) -> np.uint64:
    """`finish_plain` on one uint64."""
    value = (value ^ (value >> _S32)) * _SPREAD
    value = (value ^ (value >> _S29)) * _MIX
    return value ^ (value >> _S32)


@njit(nogil=True, cache=True)
def fold(value: np.uint64, code: int) -> np.uint64:
    """`value` with one more code point in it."""
    return (value ^ (np.uint64(code) | (np.uint64(code == 0) << _NUL_BIT))) * _SPREAD


@njit(nogil=True, cache=True)
def fold_shown(value: np.uint64, code: int) -> np.uint64:
    """`fold` of a code point that is not 0."""
    return (value ^ np.uint64(code)) * _SPREAD


@njit(nogil=True, cache=True)
def power(n: int) -> np.uint64:
    """BASE to the power of n, modulo 2^64: the weight a word has lost when it leaves a run of n."""
    value = np.uint64(1)
    for _ in range(n):
        value *= _BASE
    return value


@njit(nogil=True, cache=True)
def roll(value: np.uint64, new: np.uint64, old: np.uint64, weight: np.uint64) -> np.uint64:
    """The polynomial of the next run: `new` comes in, `old` (0 while the run fills) leaves; finish it before use."""
    return value * _BASE + new - weight * old
