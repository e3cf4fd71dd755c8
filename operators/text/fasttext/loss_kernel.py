"""Kernel: from the averaged rows of a text to labels and probabilities. `plain.label_logs` is the specification."""

import math

import numpy as np

from corpusmill.operators.text.fasttext.plain import FLOOR
from corpusmill.operators.text.kernel import njit

LOWEST = np.float32(-3.0e38)


@njit(nogil=True, cache=True)
def dot(outputs: np.ndarray, scale: np.ndarray, row: int, hidden: np.ndarray) -> np.float32:
    total = np.float32(0)
    for k in range(hidden.shape[0]):
        total += outputs[row, k] * hidden[k]
    return np.float32(total * scale[row])


@njit(nogil=True, cache=True)
def log_of(share: np.float32) -> np.float32:
    return np.float32(math.log(np.float64(share) + FLOOR))


@njit(nogil=True, cache=True)
def sigmoid(score: np.float32) -> np.float32:
    return np.float32(1.0 / np.float64(np.float32(1) + np.float32(math.exp(np.float64(-score)))))


@njit(nogil=True, cache=True)
def table_sigmoid(score: np.float32) -> np.float32:
    """fastText's sigmoid: a table of 512 steps between -8 and 8."""
    if score < -8 or score > 8:
        return np.float32(1) if score > 0 else np.float32(0)
    step = np.int64((score + np.float32(8)) * np.float32(512) / np.float32(8) / np.float32(2))
    return sigmoid(np.float32(np.float32(np.float32(step * 16) / np.float32(512)) - np.float32(8)))


@njit(nogil=True, cache=True)
def best_leaf(
    outputs: np.ndarray, scale: np.ndarray, first_child: np.ndarray, second_child: np.ndarray, rank: np.ndarray,
    hidden: np.ndarray, nodes: np.ndarray, logs: np.ndarray,
) -> tuple[int, np.float32]:  # fmt: skip
    """(label, log probability): the tree from its root, likelier child first, cut where it can no longer win."""
    best, label, depth = LOWEST, -1, 1
    nodes[0], logs[0] = len(first_child) - 1, 0
    while depth > 0:
        depth -= 1
        node, log = nodes[depth], logs[depth]
        if log < best:
            continue
        if first_child[node] < 0:
            if log > best or rank[node] > rank[label]:  # fastText keeps the later of two equals
                best, label = log, node
            continue
        share = sigmoid(dot(outputs, scale, node - len(rank), hidden))
        on_left = np.float32(log + log_of(np.float32(1.0 - np.float64(share))))
        on_right = np.float32(log + log_of(share))
        if on_left > on_right:
            nodes[depth], logs[depth] = second_child[node], on_right
            nodes[depth + 1], logs[depth + 1] = first_child[node], on_left
        else:
            nodes[depth], logs[depth] = first_child[node], on_left
            nodes[depth + 1], logs[depth + 1] = second_child[node], on_right
        depth += 2
    return label, best


@njit(nogil=True, cache=True)
def leaf_log(
    outputs: np.ndarray, scale: np.ndarray, first_child: np.ndarray, second_child: np.ndarray,
    hidden: np.ndarray, label: int, nodes: np.ndarray, logs: np.ndarray,
) -> np.float32:  # fmt: skip
    """The log probability of one label: the tree is walked until its leaf is met."""
    labels = len(first_child) // 2 + 1
    depth = 1
    nodes[0], logs[0] = len(first_child) - 1, 0
    while depth > 0:
        depth -= 1
        node, log = nodes[depth], logs[depth]
        if node == label:
            return log
        if first_child[node] < 0:
            continue
        share = sigmoid(dot(outputs, scale, node - labels, hidden))
        nodes[depth], logs[depth] = first_child[node], np.float32(log + log_of(np.float32(1.0 - np.float64(share))))
        nodes[depth + 1], logs[depth + 1] = second_child[node], np.float32(log + log_of(share))
        depth += 2
    return LOWEST


@njit(nogil=True, cache=True)
def fill_shares(outputs: np.ndarray, scale: np.ndarray, loss: int, hidden: np.ndarray, shares: np.ndarray) -> None:
    """The probability of each label into `shares`, for a model without a tree."""
    top = LOWEST
    for i in range(len(shares)):
        shares[i] = dot(outputs, scale, i, hidden)
        top = max(top, shares[i])
    if loss != 3:  # not Loss.SOFTMAX: each label has a sigmoid of its own
        for i in range(len(shares)):
            shares[i] = table_sigmoid(shares[i])
        return
    total = np.float32(0)
    for i in range(len(shares)):
        shares[i] = np.float32(math.exp(np.float64(np.float32(shares[i] - top))))
        total += shares[i]
    for i in range(len(shares)):
        shares[i] = np.float32(shares[i] / total)


@njit(nogil=True, cache=True)
def best_share(shares: np.ndarray) -> tuple[int, np.float32]:
    """(label, log probability); the later of two equals, as in fastText."""
    best, label = LOWEST, -1
    for i in range(len(shares)):
        log = log_of(shares[i])
        if log >= best:
            best, label = log, i
    return label, best


@njit(nogil=True, cache=True)
def probability(log: np.float32) -> np.float32:
    return min(np.float32(math.exp(np.float64(log))), np.float32(1))
