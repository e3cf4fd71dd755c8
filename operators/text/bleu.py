"""Scores how much of a text stands in another one, by runs of up to four words: BLEU of a sentence.

Source:   Papineni et al. 2002 (BLEU), aclanthology P02-1040. Smoothing and effective order as in `sentence_bleu` of
          sacrebleu 2.6: the k-th order without a match counts 1 / 2^k of a match; orders without a run do not count.
"""

import math
from collections import Counter

import numpy as np

from corpusmill.operators.text.kernel import njit

ORDERS = 4
_BASE, _LAST = np.uint64(0x9E3779B97F4A7C15), np.uint64(2**64 - 1)


def bleu(words: list[str], reference: list[str]) -> float:
    """BLEU of a text with one reference, 0 to 1; 0 without a common word. Not symmetric: short texts are punished.

    >>> round(bleu("the cat sat on the mat".split(), "the cat sat on a mat".split()), 4)
    0.5373
    >>> bleu("the cat".split(), "the cat".split()), bleu([], ["cat"])
    (1.0, 0.0)
    """
    logs, smoothed = list[float](), 1.0
    for order in range(1, ORDERS + 1):
        runs, others = (Counter(zip(*(w[i:] for i in range(order)), strict=False)) for w in (words, reference))
        if not runs:
            break
        matches = (runs & others).total()
        if not matches and order == 1:
            return 0.0
        smoothed /= 1 if matches else 2
        logs.append(math.log((matches or smoothed) / runs.total()))
    if not logs:
        return 0.0
    return math.exp(min(0.0, 1 - len(reference) / len(words)) + sum(logs) / len(logs))


def word_runs(first: np.ndarray, words: np.ndarray) -> np.ndarray:
    """uint64[ORDERS, words]: hashes of the runs of 1, 2, ... words that begin in each document, sorted inside it.

    Document i has the words words[first[i]:first[i + 1]]. Its last places, where no run fits, hold 2^64 - 1.
    """
    out = np.full((ORDERS, len(words)), _LAST, np.uint64)
    document = np.repeat(np.arange(len(first) - 1), np.diff(first))
    left = np.repeat(first[1:], np.diff(first)) - np.arange(len(words))  # words from each place to the end
    hashes = np.zeros(len(words), np.uint64)
    for order in range(ORDERS):
        begun = np.flatnonzero(left > order)
        hashes[begun] = hashes[begun] * _BASE + words[begun + order] + np.uint64(1)
        out[order, begun] = hashes[begun]
        out[order] = out[order, np.lexsort((out[order], document))]
    return out


@njit(nogil=True, cache=True)
def bleu_of_runs(runs: np.ndarray, begin: int, end: int, low: int, high: int) -> float:
    """BLEU of the document in runs[:, begin:end] with the one in runs[:, low:high], as `word_runs` gives them."""
    total, orders, smoothed = 0.0, 0, 1.0
    for order in range(ORDERS):
        last, other_last = end - order, high - order
        if last <= begin:
            break
        matches, i, j = 0, begin, low
        while i < last and j < other_last:
            if runs[order, i] == runs[order, j]:
                matches += 1
                i += 1
                j += 1
            elif runs[order, i] < runs[order, j]:
                i += 1
            else:
                j += 1
        if matches == 0 and order == 0:
            return 0.0
        if matches == 0:
            smoothed /= 2.0
        total += np.log((matches if matches else smoothed) / (last - begin))
        orders += 1
    if orders == 0:
        return 0.0
    return np.exp(min(0.0, 1.0 - (high - low) / (end - begin)) + total / orders)
