"""Added tokens inside text: found first, before words are cut, as `tokenizers` finds them.

Of the added tokens that begin at a place the longest is taken, and the search goes on behind it. Those that ignore the
normalizer are found first, in the whole text; the others in what is left between them. A token that is to be read as
text is found like any other, so that no shorter one is found inside it, and cuts nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from corpusmill.errors import TooManyAddedTokens
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.raw import load64, low_zeros
from corpusmill.operators.tokens.bpe.scan import EACH, TOP

MOST_NODES = 1 << 16  # 64 MB of table; real vocabularies need a few thousand
AS_TEXT = -2  # in place of a token: its name is found, and passed over as part of the text around it


class Trie(NamedTuple):
    """The added tokens as a tree of bytes; node 0 is the root, and no child is 0."""

    children: np.ndarray  # int32[nodes, 256]
    token: np.ndarray  # int32[nodes]: the token that ends at this node, or -1; AS_TEXT if it is to be read as text
    begin: int  # the byte that all tokens begin with; -1 where they begin differently


class Segments(NamedTuple):
    """Stretches of text, and added tokens between them, in order."""

    begins: np.ndarray  # int64
    ends: np.ndarray  # int64
    added: np.ndarray  # int32: the token, or -1 for a stretch of text
    last_of: np.ndarray  # int64 a document: its segments come before this one


def trie_of(tokens: Mapping[bytes, int]) -> Trie:
    """The tree of these tokens, none of them empty."""
    children: list[dict[int, int]] = [{}]
    ends: dict[int, int] = {}
    for content, token in sorted(tokens.items()):
        node = 0
        for byte in content:
            if byte not in children[node]:
                children[node][byte] = len(children)
                children.append({})
            node = children[node][byte]
        ends[node] = token
    if len(children) > MOST_NODES:
        raise TooManyAddedTokens(f"added tokens make a tree of {len(children)} nodes, more than {MOST_NODES}")
    table = np.zeros((len(children), 256), np.int32)
    for node, below in enumerate(children):
        for byte, child in below.items():
            table[node, byte] = child
    first = list(children[0])
    return Trie(
        children=table,
        token=np.array([ends.get(node, -1) for node in range(len(children))], np.int32),
        begin=first[0] if len(first) == 1 else -1,
    )


def segments_of(text: np.ndarray, offsets: np.ndarray, raw: Trie, normalized: Trie) -> Segments:
    """The segments of documents text[offsets[d]:offsets[d + 1]]; empty stretches are left out."""
    documents = len(offsets) - 1
    capacity = 2 * documents + 64
    while True:
        found = Segments(
            begins=np.empty(capacity, np.int64),
            ends=np.empty(capacity, np.int64),
            added=np.empty(capacity, np.int32),
            last_of=np.empty(documents, np.int64),
        )
        count = cut_at_added(text, offsets, raw, normalized, found)
        if count <= capacity:
            return found._replace(begins=found.begins[:count], ends=found.ends[:count], added=found.added[:count])
        capacity = count


@njit(nogil=True, cache=True)
def match_at(text: np.ndarray, p: int, end: int, trie: Trie) -> tuple[int, int]:
    """The longest added token that begins at p (or AS_TEXT) and its end, or -1 and p."""
    token, stop = -1, p
    node = trie.children[0, text[p]]
    while node != 0:
        p += 1
        if trie.token[node] != -1:
            token, stop = int(trie.token[node]), p
        if p == end:
            break
        node = trie.children[node, text[p]]
    return token, stop


@njit(nogil=True, cache=True)
def next_start(text: np.ndarray, p: int, end: int, trie: Trie) -> int:
    """The first place from p on where an added token may begin, or the end."""
    if trie.begin < 0:
        first = trie.children[0]
        while p < end and first[text[p]] == 0:
            p += 1
        return p
    base = text.ctypes.data
    wanted = EACH * np.uint64(trie.begin)
    while p + 8 <= end:  # zero bytes of the difference: a borrow marks them, and only bytes after the first one wrongly
        differ = load64(base + p) ^ wanted
        hit = (differ - EACH) & ~differ & TOP
        if hit != 0:
            return p + (low_zeros(hit) >> 3)
        p += 8
    while p < end and text[p] != trie.begin:
        p += 1
    return p


@njit(nogil=True, cache=True)
def put(found: Segments, count: int, begin: int, end: int, token: int) -> int:
    """The number of segments after this one is written, if there is room for it; an empty stretch is not a segment."""
    if token < 0 and begin == end:
        return count
    if count < len(found.begins):
        found.begins[count] = begin
        found.ends[count] = end
        found.added[count] = token
    return count + 1


@njit(nogil=True, cache=True)
def cut_stretch(text: np.ndarray, p: int, end: int, trie: Trie, found: Segments, count: int) -> int:
    """The number of segments after text[p:end] is cut at the tokens of `trie`."""
    begin = p
    if len(trie.token) > 1:
        p = next_start(text, p, end, trie)
        while p < end:
            token, stop = match_at(text, p, end, trie)
            if token >= 0:
                count = put(found, count, begin, p, -1)
                count = put(found, count, p, stop, token)
                begin = stop
            p = next_start(text, max(stop, p + 1), end, trie)
    return put(found, count, begin, end, -1)


@njit(nogil=True, cache=True)
def cut_at_added(text: np.ndarray, offsets: np.ndarray, raw: Trie, normalized: Trie, found: Segments) -> int:
    """The number of segments of all documents; they are written as far as there is room."""
    count = 0
    for d in range(len(offsets) - 1):
        p, end = offsets[d], offsets[d + 1]
        begin = p
        if len(raw.token) > 1:
            p = next_start(text, p, end, raw)
            while p < end:
                token, stop = match_at(text, p, end, raw)
                if token >= 0:
                    count = cut_stretch(text, begin, p, normalized, found, count)
                    count = put(found, count, p, stop, token)
                    begin = stop
                p = next_start(text, max(stop, p + 1), end, raw)
        count = cut_stretch(text, begin, end, normalized, found, count)
        found.last_of[d] = count
    return count
