"""Finds in clusters of documents those that resemble a better one which stays, by the order of their words.

Source: Lin 2004 (ROUGE), section 3: ROUGE-L of two texts is the F-measure of their longest common subsequence of words.
"""

import numpy as np

from corpusmill.operators.text.bleu import bleu_of_runs, word_runs
from corpusmill.operators.text.kernel import njit

ROUGE_L, COSINE, BLEU = "rouge_l", "cosine", "bleu"
MEASURES = (ROUGE_L, COSINE, BLEU)
MAX_COMPARISONS = 1000  # of one document with better ones that stay; a guess that bounds a cluster
MAX_HOLDERS = 200  # better ones that are looked at for one key; a guess: what more of them share is no evidence


def rouge_l(first: list[str], second: list[str]) -> float:
    """The F-measure of the longest common subsequence, 0 to 1; 0 of no words.

    >>> rouge_l("the cat sat on the mat".split(), "the cat lay on the mat".split())
    0.8333333333333334
    """
    row = [0] * (len(second) + 1)
    for word in first:
        before = 0
        for j, other in enumerate(second, 1):
            before, row[j] = row[j], before + 1 if word == other else max(row[j], row[j - 1])
    return 2 * row[-1] / (len(first) + len(second)) if row[-1] else 0.0


def cosine(first: list[str], second: list[str]) -> float:
    """The cosine of the counts of words, 0 to 1; 0 of no words.

    >>> round(cosine("a b".split(), "b c".split()), 9)
    0.5
    """
    counts = [{w: words.count(w) for w in words} for words in (first, second)]
    dot = sum(n * counts[1].get(w, 0) for w, n in counts[0].items())
    norms = [sum(n * n for n in each.values()) ** 0.5 for each in counts]
    return dot / norms[0] / norms[1] if dot else 0.0


def better_ones(
    cluster: np.ndarray, first: np.ndarray, words: np.ndarray, bands: np.ndarray, *, measure: str, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """For each row the row that it gives way to (int64, -1: it stays), and how similar they are (float32).

    Rows are sorted by cluster (int64[n]) and, inside, the best first. Row i has the words words[first[i]:first[i + 1]]
    (uint32) and the keys bands[i] (uint64[n, b]); it is compared with better rows that stay and share a key, in their
    order, until one is similar by at least `threshold`: with the first `MAX_HOLDERS` of each key, and at most
    `MAX_COMPARISONS` in all. Of BLEU the better one is the reference.
    """
    row, similarity = np.full(len(cluster), -1, np.int64), np.zeros(len(cluster), np.float32)
    if measure == COSINE:
        document = np.repeat(np.arange(len(cluster)), np.diff(first))
        words = words[np.lexsort((words, document))]
    runs = word_runs(first, words) if measure == BLEU else np.zeros((1, 0), np.uint64)
    index = _index_of(cluster, bands)
    _better_ones(first, words, runs, index, MEASURES.index(measure), threshold, row, similarity)
    return row, similarity


def _index_of(cluster: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """Numbers of the keys of each row, from 0, no number in two clusters: int64[n, b]."""
    keys, place = bands.ravel(), np.repeat(cluster, bands.shape[1])
    order = np.lexsort((keys, place))
    new = np.zeros(len(keys), np.bool_)
    new[1:] = (np.diff(keys[order]) != 0) | (np.diff(place[order]) != 0)
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.cumsum(new)
    return numbers.reshape(bands.shape)


@njit(nogil=True, cache=True)
def _better_ones(
    first: np.ndarray,
    words: np.ndarray,
    runs: np.ndarray,
    index: np.ndarray,
    measure: int,
    threshold: float,
    row: np.ndarray,
    similarity: np.ndarray,
) -> None:
    n, width = index.shape
    longest, numbers = 0, 0
    for i in range(n):
        longest = max(longest, first[i + 1] - first[i])
        for j in range(width):
            numbers = max(numbers, index[i, j] + 1)
    room = np.zeros(longest + 1, np.int64)
    # the rows that stay, by number of the key, those of key k from begins[k] on
    begins = np.zeros(numbers + 1, np.int64)
    for i in range(n):
        for j in range(width):
            begins[index[i, j] + 1] += 1
    for k in range(numbers):
        begins[k + 1] = begins[k] + min(begins[k + 1], MAX_HOLDERS)
    staying, count = np.zeros(begins[numbers], np.int64), np.zeros(numbers, np.int64)
    seen = np.full(n, -1, np.int64)
    near = np.zeros(width * MAX_HOLDERS, np.int64)
    for i in range(n):
        found = 0
        for j in range(width):
            k = index[i, j]
            for at in range(begins[k], begins[k] + count[k]):
                other = staying[at]
                if seen[other] != i:
                    seen[other] = i
                    near[found] = other
                    found += 1
        near[:found].sort()
        for at in range(min(found, MAX_COMPARISONS)):
            other = int(near[at])
            begin, end, low, high = first[i], first[i + 1], int(first[other]), int(first[other + 1])
            if measure == 2:
                alike = bleu_of_runs(runs, begin, end, low, high)
            elif measure == 1:
                alike = _cosine(words, begin, end, low, high)
            elif 2.0 * min(end - begin, high - low) < threshold * (end - begin + high - low):
                continue
            else:
                alike = _rouge_l(words, begin, end, low, high, room)
            if alike >= threshold:
                row[i], similarity[i] = other, alike
                break
        if row[i] < 0:
            for j in range(width):
                k = index[i, j]
                if begins[k] + count[k] < begins[k + 1]:
                    staying[begins[k] + count[k]] = i
                    count[k] += 1


@njit(nogil=True, cache=True)
def _rouge_l(words: np.ndarray, begin: int, end: int, low: int, high: int, room: np.ndarray) -> float:
    size = high - low
    room[: size + 1] = 0
    for i in range(begin, end):
        before = 0
        for j in range(size):
            above = room[j + 1]
            room[j + 1] = before + 1 if words[i] == words[low + j] else max(above, room[j])
            before = above
    total = end - begin + size
    return 2.0 * room[size] / total if total else 0.0


@njit(nogil=True, cache=True)
def _cosine(words: np.ndarray, begin: int, end: int, low: int, high: int) -> float:
    """Of sorted words."""
    dot, one, other = 0.0, 0.0, 0.0
    i, j = begin, low
    while i < end or j < high:
        word = words[i] if j >= high or (i < end and words[i] <= words[j]) else words[j]
        a, b = 0.0, 0.0
        while i < end and words[i] == word:
            a += 1.0
            i += 1
        while j < high and words[j] == word:
            b += 1.0
            j += 1
        dot += a * b
        one += a * a
        other += b * b
    return dot / np.sqrt(one) / np.sqrt(other) if dot > 0.0 else 0.0
