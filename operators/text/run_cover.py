"""How much of a document lies in runs of n words that occur more than once, every occurrence counted.

RedPajama-v2 and Dolma count so; Gopher's counts by datatrove (repeated_runs.py) leave out the first occurrence. The
narrowing of places from size to size is the same as there.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.hashing import BASE
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.repeated_runs import more_than_once, most_frequent, tally, within
from corpusmill.operators.text.repeats import longest_of, table_bits
from corpusmill.operators.text.words import Words

TOP_SIZES = (2, 3, 4)
COVER_SIZES = (5, 6, 7, 8, 9, 10)
_BASE = np.uint64(BASE)


@dataclass(frozen=True, kw_only=True, eq=False)
class RunCover:
    """int64, a row a size and a column a document; characters are those of words, without spaces.

    `top_count`, `top_chars` (sizes 2 to 4): how often the most frequent run stands (of equals the first), and its
    characters once; 0 where there are fewer words. `covered` (5 to 10): characters of the words that lie in a run that
    occurs more than once, each word once. `repeated`: characters of all such runs, overlaps again and again. `all`:
    characters of all runs, likewise.
    """

    top_count: np.ndarray
    top_chars: np.ndarray
    covered: np.ndarray
    repeated: np.ndarray
    all: np.ndarray


def top_run(words: list[str], size: int) -> tuple[int, int]:
    """How often the most frequent run of `size` words stands, and its characters.

    >>> top_run("a b a b cc".split(), 2), top_run(["a"], 2)
    ((2, 2), (0, 0))
    """
    runs = Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))
    best, count = runs.most_common(1)[0] if runs else ((), 0)
    return count, sum(map(len, best))


def run_cover(words: list[str], size: int) -> tuple[int, int, int]:
    """Characters covered by runs of `size` words that occur again, characters of all such runs, and of all runs.

    >>> run_cover("a b a b a".split(), 2)
    (5, 8, 8)
    """
    runs = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    counts = Counter(runs)
    again = [i for i, run in enumerate(runs) if counts[run] > 1]
    covered = {k for i in again for k in range(i, i + size)}
    chars = [sum(map(len, run)) for run in runs]
    return sum(len(words[k]) for k in covered), sum(chars[i] for i in again), sum(chars)


def cover_runs(words: Words) -> RunCover:
    """`top_run` and `run_cover` of every document, from the words found in it."""
    n = len(words.first) - 1
    top, cover = np.zeros((2, len(TOP_SIZES), n), np.int64), np.zeros((3, len(COVER_SIZES), n), np.int64)
    _cover(words.first, words.hash, words.chars, np.array(TOP_SIZES), np.array(COVER_SIZES), top, cover)
    return RunCover(top_count=top[0], top_chars=top[1], covered=cover[0], repeated=cover[1], all=cover[2])


@njit(nogil=True, cache=True)
def _cover(
    first: np.ndarray, hashes: np.ndarray, chars: np.ndarray, top_sizes: np.ndarray, cover_sizes: np.ndarray,
    top: np.ndarray, cover: np.ndarray,
) -> None:  # fmt: skip
    """Sizes ascend, cover_sizes above top_sizes. A run can only occur again if the shorter one it begins with does."""
    longest = longest_of(first)
    room = 1 << table_bits(longest)
    table, counts = np.zeros(room, np.uint64), np.zeros(room, np.int32)
    sums, ends = np.zeros(longest + 1, np.uint64), np.zeros(longest + 1, np.int64)
    places, slots = np.zeros(longest, np.int32), np.zeros(longest, np.int32)
    for d in range(len(first) - 1):
        begin, n = first[d], first[d + 1] - first[d]
        for i in range(n):
            sums[i + 1] = sums[i] * _BASE + hashes[begin + i]
            ends[i + 1] = ends[i] + chars[begin + i]
            places[i] = i
        left = n
        for k in range(len(top_sizes)):
            size = top_sizes[k]
            left = within(places, left, n - size)
            best, place = most_frequent(sums, size, places, left, table, counts, slots)
            if n >= size:
                top[0, k, d], top[1, k, d] = best, ends[place + size] - ends[place]
            left = more_than_once(places, left, counts, slots)
        for k in range(len(cover_sizes)):
            size = cover_sizes[k]
            left = within(places, left, n - size)
            tally(sums, size, places, left, table, counts, slots)
            left = more_than_once(places, left, counts, slots)
            free = 0
            for j in range(left):
                at = places[j]
                cover[0, k, d] += ends[at + size] - ends[max(at, free)]
                cover[1, k, d] += ends[at + size] - ends[at]
                free = at + size
            for i in range(n - size + 1):
                cover[2, k, d] += ends[i + size] - ends[i]
