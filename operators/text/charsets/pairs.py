"""Weighs the pairs of bytes of a text as letters of one language in one encoding of one byte a character."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit


class Pairs(NamedTuple):
    """Different pairs of neighbouring bytes and how often each is there."""

    first: np.ndarray  # uint8
    second: np.ndarray  # uint8
    times: np.ndarray  # int64


@njit(cache=True, nogil=True)
def pairs_of(text: np.ndarray) -> tuple[Pairs, Pairs]:
    """Pairs with a byte beyond ASCII, and pairs of ASCII; before and after the uint8 text is a space."""
    counts = np.zeros(65536, np.int64)
    before = np.int64(32)
    for i in range(text.shape[0]):
        c = np.int64(text[i])
        counts[before * 256 + c] += 1
        before = c
    if text.shape[0]:
        counts[before * 256 + 32] += 1
    high, low = 0, 0
    for pair in range(65536):
        if counts[pair]:
            if (pair >> 8) >= 128 or (pair & 255) >= 128:
                high += 1
            else:
                low += 1
    return _chosen(counts, high, True), _chosen(counts, low, False)


@njit(cache=True, nogil=True)
def _chosen(counts: np.ndarray, size: int, high: bool) -> Pairs:
    found = Pairs(np.empty(size, np.uint8), np.empty(size, np.uint8), np.empty(size, np.int64))
    k = 0
    for pair in range(65536):
        if counts[pair] and ((pair >> 8) >= 128 or (pair & 255) >= 128) == high:
            found.first[k], found.second[k], found.times[k] = pair >> 8, pair & 255, counts[pair]
            k += 1
    return found


@njit(cache=True, nogil=True)
def shared_cost(
    pairs: Pairs, places: np.ndarray, case_of: np.ndarray, case_costs: np.ndarray, character_costs: np.ndarray
) -> int:
    """What the pairs cost in an encoding whatever the language, in eighths of a bit: their case, and rare signs.

    places: int64[256], by byte, the place of its character in `alphabet.inventory`; by that place, case_of (uint8) and
    character_costs.
    """
    total = np.int64(0)
    for k in range(pairs.times.shape[0]):
        one, two = places[pairs.first[k]], places[pairs.second[k]]
        cost = np.int64(case_costs[case_of[one], case_of[two]]) + np.int64(character_costs[two])
        total += pairs.times[k] * cost
    return int(total)


@njit(cache=True, nogil=True)
def language_costs(pairs: Pairs, places: np.ndarray, classes: np.ndarray, pair_costs: np.ndarray) -> np.ndarray:
    """int64[languages]: what the pairs cost in an encoding as letters of each language, in eighths of a bit.

    classes: uint8[languages, len(inventory)]. pair_costs: uint8[languages, CLASSES, CLASSES].
    """
    total = np.zeros(classes.shape[0], np.int64)
    for k in range(pairs.times.shape[0]):
        one, two, count = places[pairs.first[k]], places[pairs.second[k]], pairs.times[k]
        for language in range(classes.shape[0]):
            total[language] += count * np.int64(pair_costs[language, classes[language, one], classes[language, two]])
    return total
