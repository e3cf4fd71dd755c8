"""Best-fit-decreasing packing in bounded windows: documents that fit a sequence stay whole, and little room is left.

Source:   Ding et al. 2024, "Fewer Truncations Improve Language Modeling", arXiv:2404.10830.
Deviates: windows of pieces in the order given, so that the mix along a shard stays what it was and memory is bounded.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.packing.layout import Layout, refuse_bad_size

WINDOW = 16_384  # pieces; room left over is 0.2 % of tokens at 2,048 and 0.03 % here, on log-normal lengths


def best_fit(n_tokens: np.ndarray, *, sequence_tokens: int, window: int = WINDOW) -> Layout:
    """Only documents longer than a sequence are cut: into full sequences and what is left, which packs like the others.

    Within each window of `window` pieces the longest is placed first, into the sequence with the least room that still
    fits it. Sequences come in the order of their first piece, pieces inside one in the order given; a sequence is as
    long as what is in it. n_tokens: tokens of each document, in order; one with none is in no sequence.

    >>> layout = best_fit(np.array([3, 9, 5]), sequence_tokens=8)
    >>> layout.document.tolist(), layout.tokens.tolist(), layout.ends.tolist()
    ([0, 2, 1, 1], [3, 5, 8, 1], [2, 3, 4])
    """
    refuse_bad_size(sequence_tokens)
    return fit_pieces(pieces_of(n_tokens, sequence_tokens), sequence_tokens=sequence_tokens, window=window)


def fit_pieces(
    pieces: tuple[np.ndarray, np.ndarray, np.ndarray], *, sequence_tokens: int, window: int = WINDOW
) -> Layout:
    """Pack pieces of at most `sequence_tokens`: document, start and length of each, int64."""
    if window < 1:
        raise ValueError(f"a packing window holds at least 1 piece, got window={window}")
    document, start, tokens = pieces
    bins = np.empty(len(tokens), np.int64)
    place(tokens, sequence_tokens, window, bins)
    _, first, bins = np.unique(bins, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    order = np.argsort(rank[bins], kind="stable")
    ends = np.cumsum(np.bincount(rank[bins], minlength=len(first))).astype(np.int64)
    return Layout(document=document[order], start=start[order], tokens=tokens[order], ends=ends)


def pieces_of(n_tokens: np.ndarray, sequence_tokens: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Document, start and length of each piece of at most `sequence_tokens`, as int64 arrays.

    >>> [column.tolist() for column in pieces_of(np.array([3, 0, 9]), 8)]
    [[0, 2, 2], [0, 0, 8], [3, 8, 1]]
    """
    lengths = n_tokens.astype(np.int64)
    count = -(-lengths // sequence_tokens)
    document = np.repeat(np.arange(len(lengths), dtype=np.int64), count)
    within = np.arange(len(document), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    start = within * sequence_tokens
    return document, start, np.minimum(lengths[document] - start, sequence_tokens)


@njit(nogil=True, cache=True)
def place(tokens: np.ndarray, size: int, window: int, bins: np.ndarray) -> None:
    """Writes for each piece the number of its bin; bins of different windows differ.

    Open bins hang in a list per free room; `tree` tells in log2(size) steps which is the least sufficient room in use.
    """
    leaves = 1
    while leaves < size + 1:
        leaves *= 2
    tree = np.zeros(2 * leaves, np.bool_)
    head = np.empty(size + 1, np.int64)
    below = np.empty(min(window, len(tokens)), np.int64)
    begin_of = np.empty(size + 2, np.int64)
    order = np.empty(min(window, len(tokens)), np.int64)
    made = 0
    for first in range(0, len(tokens), window):
        last = min(first + window, len(tokens))
        tree[:] = False
        head[:] = -1
        longest_first(tokens, first, last, size, begin_of, order)
        base = made
        for k in range(last - first):
            piece = order[k]
            room = least_room(tree, leaves, int(tokens[piece]))
            if room < 0:
                chosen, room = made, size
                made += 1
            else:
                chosen = head[room]
                head[room] = below[chosen - base]
                if head[room] < 0:
                    mark(tree, leaves, room, False)
            bins[piece] = chosen
            left = room - int(tokens[piece])
            if left > 0:
                below[chosen - base] = head[left]
                if head[left] < 0:
                    mark(tree, leaves, left, True)
                head[left] = chosen


@njit(nogil=True, cache=True)
def longest_first(
    tokens: np.ndarray, first: int, last: int, size: int, begin_of: np.ndarray, order: np.ndarray
) -> None:
    """Writes the pieces `first` to `last` into `order` by falling length, equal ones in their order (counting sort)."""
    begin_of[:] = 0
    for piece in range(first, last):
        begin_of[size - tokens[piece] + 1] += 1
    for k in range(1, len(begin_of)):
        begin_of[k] += begin_of[k - 1]
    for piece in range(first, last):
        key = size - tokens[piece]
        order[begin_of[key]] = piece
        begin_of[key] += 1


@njit(nogil=True, cache=True)
def least_room(tree: np.ndarray, leaves: int, room: int) -> int:
    """The smallest marked leaf that is at least `room`, or -1."""
    node = leaves + room
    if tree[node]:
        return room
    while node > 1:
        if node % 2 == 0 and tree[node + 1]:
            node += 1
            while node < leaves:
                node = 2 * node if tree[2 * node] else 2 * node + 1
            return node - leaves
        node //= 2
    return -1


@njit(nogil=True, cache=True)
def mark(tree: np.ndarray, leaves: int, leaf: int, used: bool) -> None:
    """Sets one leaf, and each node above it to whether any leaf under it is set."""
    node = leaves + leaf
    tree[node] = used
    while node > 1:
        node //= 2
        tree[node] = tree[2 * node] or tree[2 * node + 1]
