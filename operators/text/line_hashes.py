"""Hashes of the lines of documents, to find the same line in others.

A line here ends at a line feed and is compared without the ASCII white space around it.
"""

import numpy as np

from corpusmill.operators.text.hashing import hash_span, span_hash
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.line_cut import LinePlaces
from corpusmill.operators.text.spans import Spans
from corpusmill.operators.text.utf8 import count_chars

ASCII_SPACE = "".join(map(chr, range(33)))
NONE = 0  # stands for a line that is not looked at


def line_hash(line: str, min_chars: int) -> int:
    """64-bit hash of one line, never 0; 0 for a line with fewer than `min_chars` characters (at least 1) in it.

    >>> line_hash("  Read more ", 5) == line_hash("Read more", 5) != 0, line_hash("Read", 5)
    (True, 0)
    """
    core = line.strip(ASCII_SPACE)
    return max(span_hash(core.encode()), 1) if len(core) >= min_chars else NONE


def line_hashes(texts: Spans, lines: LinePlaces, min_chars: int) -> np.ndarray:
    """`line_hash` of each of `lines`: uint64."""
    hashes = np.zeros(len(lines.begins), np.uint64)
    _hash_lines(texts.data, lines.cores_begin, lines.cores_end, min_chars, hashes)
    return hashes


def documents_holding(lines: LinePlaces, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different hashes of a batch, sorted, without 0, and in how many of its documents each stands (int64).

    >>> places = LinePlaces(first=np.array([0, 2, 4]), **dict.fromkeys(("begins", "ends"), np.zeros(4)),
    ...     **dict.fromkeys(("cores_begin", "cores_end"), np.zeros(4)))
    >>> [found.tolist() for found in documents_holding(places, np.array([7, 7, 7, 9], np.uint64))]
    [[7, 9], [2, 1]]
    """
    document = np.repeat(np.arange(len(lines.first) - 1), np.diff(lines.first))
    looked_at = hashes != NONE
    order = np.lexsort((document[looked_at], hashes[looked_at]))
    sorted_hashes, documents = hashes[looked_at][order], document[looked_at][order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (sorted_hashes[1:] != sorted_hashes[:-1]) | (documents[1:] != documents[:-1])
    return np.unique(sorted_hashes[first], return_counts=True)


def among(hashes: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Whether each hash is one of `members` (sorted): bool.

    >>> among(np.array([3, 5], np.uint64), np.array([1, 5, 8], np.uint64)).tolist()
    [False, True]
    """
    if not len(members):
        return np.zeros(len(hashes), np.bool_)
    at = np.searchsorted(members, hashes)
    return members[np.minimum(at, len(members) - 1)] == hashes


@njit(nogil=True, cache=True)
def _hash_lines(data: np.ndarray, begins: np.ndarray, ends: np.ndarray, min_chars: int, hashes: np.ndarray) -> None:
    for line in range(len(begins)):
        begin, end = begins[line], ends[line]
        if end - begin < min_chars or count_chars(data, begin, end) < min_chars:
            continue
        hashes[line] = max(hash_span(data, begin, end), np.uint64(1))
