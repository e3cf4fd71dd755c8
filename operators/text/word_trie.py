"""Words and phrases looked for in all documents at once: a tree whose edges are word hashes.

Follows the words that a batch has found once, so a phrase is found as whole words, in any case, across line ends, and
inside runs of Han, Kana or Thai, where each character is a word.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.hashing import finish, finish_plain, word_hash
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.words import WordRule, Words, words_of

MASK = (1 << 64) - 1
NODE = 0x9E3779B97F4A7C15  # spreads node numbers over 64 bits


@dataclass(frozen=True, kw_only=True, eq=False)
class WordTrie:
    """keys: uint64, slots of a hash table over (node, word hash), 0 = free; children: int32, the node each leads to;
    ends: bool, one a node, true where a phrase ends. Node 0 is the first root, `roots` names the others.
    """

    keys: np.ndarray
    children: np.ndarray
    ends: np.ndarray
    roots: dict[str, int]


def word_trie(phrases: Iterable[tuple[str, str]]) -> WordTrie:
    """A tree of (group, phrase) pairs; each group has a root of its own. Phrases without a word are left out."""
    roots: dict[str, int] = {}
    edges: dict[int, int] = {}
    ends: list[bool] = []
    for group, phrase in phrases:
        words = words_of(phrase, WordRule.UNICODE)
        if not words:
            continue
        if group not in roots:
            roots[group] = len(ends)
            ends.append(False)
        node = roots[group]
        for word in words:
            key = edge_key(node, word_hash(word))
            if key not in edges:
                edges[key] = len(ends)
                ends.append(False)
            node = edges[key]
        ends[node] = True
    size = 1 << (3 * len(edges) + 4).bit_length()
    keys, children = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for key, child in edges.items():
        slot = key & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], children[slot] = key, child
    return WordTrie(keys=keys, children=children, ends=np.array(ends, np.bool_), roots=roots)


def edge_key(node: int, hashed: int) -> int:
    """Never 0, which marks a free slot."""
    return finish_plain((hashed ^ ((node + 1) * NODE)) & MASK) or 1


def count_found(words: Words, trie: WordTrie, roots: np.ndarray) -> np.ndarray:
    """int32, phrases found in each document, the longest at each place, none inside another.

    roots: int32 (n,), where the search begins for each document; -1 to look for nothing.
    """
    counts = np.zeros(len(roots), np.int32)
    _count(words.first, words.hash, trie.keys, trie.children, trie.ends, roots, counts)
    return counts


@njit(nogil=True, cache=True)
def _child(keys: np.ndarray, children: np.ndarray, node: int, hashed: np.uint64) -> int:
    key = finish(hashed ^ (np.uint64(node + 1) * np.uint64(NODE)))
    key = key if key != np.uint64(0) else np.uint64(1)
    mask = np.uint64(len(keys) - 1)
    slot = key & mask
    while keys[slot] != np.uint64(0):
        if keys[slot] == key:
            return int(children[slot])
        slot = (slot + np.uint64(1)) & mask
    return -1


@njit(nogil=True, cache=True)
def _count(
    first: np.ndarray, hashes: np.ndarray, keys: np.ndarray, children: np.ndarray, ends: np.ndarray, roots: np.ndarray,
    counts: np.ndarray,
) -> None:  # fmt: skip
    for i in range(len(roots)):
        if roots[i] < 0:
            continue
        at = first[i]
        while at < first[i + 1]:
            node, longest, k = int(roots[i]), 0, at
            while k < first[i + 1]:
                node = _child(keys, children, node, np.uint64(hashes[k]))
                if node < 0:
                    break
                k += 1
                if ends[node]:
                    longest = k - at
            counts[i] += longest > 0
            at += max(longest, 1)
