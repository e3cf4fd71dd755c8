"""What each element holds in all: words, link words, prose, class scores, and a score like Readability's.

Source: Mozilla Readability's container score: commas and length of paragraphs, halved for each step outward.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.lookup import weight_of
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True, forceinline=True)
def name_weights(ws: Workspace, model: Model, first: Int, last: Int) -> tuple[Real, Real, Real]:
    """Sum, lowest and highest weight of the class words names[first:last]; the last two include 0."""
    total = low = high = np.float32(0)
    for k in range(first, last):
        weight = weight_of(model.name_keys, model.name_weights, model.name_taken, ws.names[k])
        total += weight
        low = min(low, weight)
        high = max(high, weight)
    return total, low, high


@njit(cache=True, nogil=True, forceinline=True)
def is_prose(stats: np.ndarray) -> bool:
    """Whether a block reads like a paragraph: a sentence of 8 words or 25 words at all, less than half of it links."""
    return ((stats[C.SENTENCES] >= 1 and stats[C.WORDS] >= 8) or stats[C.WORDS] >= 25) and stats[C.LINK_SHARE] < 0.5


@njit(cache=True, nogil=True, forceinline=True)
def container_of(ws: Workspace, element: Int) -> Int:
    """The element itself if it is a container, else the nearest around it; -1 when none."""
    return element if T.KIND[ws.elements[element, C.TAG]] & T.CONTAINER else ws.elements[element, C.CONTAINER]


@njit(cache=True, nogil=True)
def sum_elements(ws: Workspace, model: Model) -> None:
    """Fills `sums` for every element: own class words, words below it, and its share of the paragraphs' scores."""
    ws, model = borrowed(ws), borrowed(model)
    sums, elements = ws.sums, ws.elements
    count = ws.state[C.ELEMENTS]
    for e in range(count):
        row = sums[e]
        row[:] = 0
        total, low, high = name_weights(ws, model, elements[e, C.E_NAMES_FROM], elements[e, C.E_NAMES_TO])
        row[C.S_NAME_SUM] = row[C.S_PATH_SUM] = total
        row[C.S_NAME_MIN] = row[C.S_PATH_MIN] = low
        row[C.S_NAME_MAX] = row[C.S_PATH_MAX] = high
        parent = elements[e, C.PARENT]
        if parent >= 0:
            row[C.S_PATH_SUM] += sums[parent, C.S_PATH_SUM]
            row[C.S_PATH_MIN] = min(low, sums[parent, C.S_PATH_MIN])
            row[C.S_PATH_MAX] = max(high, sums[parent, C.S_PATH_MAX])
    for b in range(ws.state[C.BLOCKS]):
        _add_block(ws, b)
    for e in range(count - 1, 0, -1):
        parent = elements[e, C.PARENT]
        for k in range(C.S_WORDS, C.S_SENTENCES + 1):
            sums[parent, k] += sums[e, k]


@njit(cache=True, nogil=True, forceinline=True)
def _add_block(ws: Workspace, b: Int) -> None:
    stats = ws.stats[b]
    owner = ws.blocks[b, C.OWNER]
    row = ws.sums[owner]
    row[C.S_WORDS] += stats[C.WORDS]
    row[C.S_LINK_WORDS] += stats[C.LINK_WORDS]
    row[C.S_BLOCKS] += 1
    row[C.S_SENTENCES] += stats[C.SENTENCES]
    if is_prose(stats):
        row[C.S_PROSE_WORDS] += stats[C.WORDS]
    plain_words = stats[C.WORDS] - stats[C.LINK_WORDS]
    if plain_words >= 6:
        score = 1 + stats[C.COMMAS] + min(plain_words * np.float32(0.06), np.float32(3))
        container = container_of(ws, owner)
        for _ in range(3):
            if container < 0:
                break
            ws.sums[container, C.S_READABILITY] += score
            score *= np.float32(0.5)
            container = ws.elements[container, C.CONTAINER]
