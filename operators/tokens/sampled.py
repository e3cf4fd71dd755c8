"""Which documents are encoded a second time, by `tokenizers`, to catch a kernel that is wrong."""

import numpy as np

from corpusmill.errors import TokenMismatch
from corpusmill.operators.text.kernel import njit

ONE_IN = 1_000


def sampled(text: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Indices of about one document in ONE_IN, by a hash of its bytes: the same ones wherever batches are cut."""
    chosen = np.zeros(len(offsets) - 1, np.bool_)
    choose(text, offsets, chosen)
    return np.flatnonzero(chosen)


@njit(nogil=True, cache=True)
def choose(text: np.ndarray, offsets: np.ndarray, chosen: np.ndarray) -> None:
    """Marks a document where a hash of its length, first and last 64 bytes falls on 0 modulo ONE_IN."""
    for d in range(len(chosen)):
        begin, end = offsets[d], offsets[d + 1]
        h = np.uint64(end - begin) * np.uint64(0x9E3779B97F4A7C15)
        for p in range(begin, min(begin + 64, end)):
            h = (h ^ np.uint64(text[p])) * np.uint64(0x100000001B3)
        for p in range(max(end - 64, begin), end):
            h = (h ^ np.uint64(text[p])) * np.uint64(0x100000001B3)
        h ^= h >> np.uint64(29)
        chosen[d] = (h * np.uint64(0xD6E8FEB86659FD93) >> np.uint64(32)) % np.uint64(ONE_IN) == 0


def mismatch(place: int, text: str, fast: np.ndarray, general: np.ndarray) -> TokenMismatch | None:
    """The error to raise for document `place` of a batch, or None where both paths agree."""
    if np.array_equal(fast, general):
        return None
    n = min(len(fast), len(general))
    differing = np.flatnonzero(fast[:n] != general[:n])
    at = int(differing[0]) if len(differing) else n
    return TokenMismatch(
        f"document {place} of this batch, {text[:80]!r}: token {at} and on are {fast[at : at + 5].tolist()} by the "
        f"fast path and {general[at : at + 5].tolist()} by tokenizers; report this with the tokenizer.json and the text"
    )
