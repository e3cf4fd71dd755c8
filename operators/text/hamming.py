"""Finds 256-bit hashes that differ in few bits.

Two hashes that differ in at most 31 bits differ in at most one bit of one of their 16 words of 16 bits: one byte of
that word is equal, and the other differs in at most one bit. So pairs are looked for among hashes with an equal byte at
the same place, 32 times, and there among those whose neighbouring byte differs in at most one bit: no pair is missed.

Source: the pigeonhole principle, as in Norouzi et al. 2012, "Fast Search in Hamming Space with Multi-Index Hashing".
"""

import numpy as np

from corpusmill.operators.text.kernel import njit

HASH_BYTES = 32
MOST_DISTANCE = 31  # bits, up to which no pair is missed


def words_of(hashes: bytes | np.ndarray) -> np.ndarray:
    """Hashes of HASH_BYTES each, end to end, as uint64[n, 4]."""
    return np.frombuffer(hashes, np.uint64).reshape(-1, HASH_BYTES // 8)


def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """In how many bits the hashes of two arrays (uint64[n, 4]) differ, row by row: int64[n].

    >>> one = words_of(bytes(32)); distances(one, one | np.uint64(5)).tolist()
    [8]
    """
    return np.bitwise_count(first ^ second).sum(axis=1).astype(np.int64)


def near_pairs(hashes: np.ndarray, neighbour: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows that join those with a common byte which differ in at most `most` bits: two of int64, first below second.

    hashes: uint64[n, 4], all with the same byte at one place; neighbour: uint8[n], the other byte of that word. Rows
    that are joined through others are not named again, so there are fewer than n.
    """
    order = np.argsort(neighbour, kind="stable")
    bounds = np.searchsorted(neighbour[order], np.arange(257)).astype(np.int64)
    out = np.empty((2, max(len(order) - 1, 0)), np.int64)
    parent = np.arange(len(order))
    many = _near_pairs(np.ascontiguousarray(hashes[order]), bounds, most, parent, out)
    ends = order[out[:, :many]]
    return ends.min(axis=0), ends.max(axis=0)


def first_near(hashes: np.ndarray, group: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """For each row the row that it gives way to (int64, -1: it stays), and the distance to it (int64).

    hashes: uint64[n, 4]; group: int64[n], sorted, and inside a group the best first. A row gives way to the best of
    those that stay in its group within `most` bits.
    """
    row, distance = np.full(len(group), -1, np.int64), np.zeros(len(group), np.int64)
    _first_near(np.ascontiguousarray(hashes), group, most, np.empty(len(group), np.int64), row, distance)
    return row, distance


@njit(cache=True, nogil=True)
def _bits(word):  # noqa: ANN001, ANN202
    """How many bits of a uint64 are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _distance(hashes, one, other):  # noqa: ANN001, ANN202
    total = np.int64(0)
    for k in range(hashes.shape[1]):
        total += _bits(hashes[one, k] ^ hashes[other, k])
    return total


@njit(cache=True, nogil=True)
def _root(parent, node):  # noqa: ANN001, ANN202
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@njit(cache=True, nogil=True)
def _near_pairs(hashes, bounds, most, parent, out):  # noqa: ANN001, ANN202
    """Write pairs; how many. bounds: where the rows of each neighbouring byte begin."""
    many = np.int64(0)
    for value in range(256):
        for turn in range(9):
            other = value if turn == 0 else value | (1 << (turn - 1))
            if turn > 0 and other == value:
                continue  # the bit is set: the pair of values is met from the other side
            for one in range(bounds[value], bounds[value + 1]):
                begin = one + 1 if turn == 0 else bounds[other]
                mine = _root(parent, one)
                for two in range(begin, bounds[other + 1]):
                    if _distance(hashes, one, two) <= most:
                        root = _root(parent, two)
                        if root != mine:
                            parent[root] = mine
                            out[0, many], out[1, many] = one, two
                            many += 1
    return many


@njit(cache=True, nogil=True)
def _first_near(hashes, group, most, staying, row, distance):  # noqa: ANN001, ANN202
    """Fill `row` and `distance`. staying: room for the rows of a group that stay."""
    many = np.int64(0)
    for one in range(len(group)):
        if one == 0 or group[one] != group[one - 1]:
            many = np.int64(0)
        for k in range(many):
            away = _distance(hashes, one, staying[k])
            if away <= most:
                row[one], distance[one] = staying[k], away
                break
        if row[one] < 0:
            staying[many] = one
            many += 1
