"""Features of the section a block stands in: its heading, the first block of its containers, its groups, its data."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.extract.html.features.name_groups import GROUPS, groups_of
from corpusmill.operators.extract.html.features.phrases import read_phrases, share_found
from corpusmill.operators.extract.html.features.sums import container_of
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

GROUP_COUNT = len(GROUPS)
OPENERS = 3  # containers whose first block is looked at


@njit(cache=True, nogil=True)
def _hand_down(ws: Workspace) -> None:
    """Fills the columns GROUPS and FIRST_BLOCK of the elements."""
    ws = borrowed(ws)
    elements = ws.elements
    for e in range(ws.state[C.ELEMENTS]):
        bits = groups_of(ws, elements[e, C.E_NAMES_FROM], elements[e, C.E_NAMES_TO])
        parent = elements[e, C.PARENT]
        elements[e, C.GROUPS] = bits | (elements[parent, C.GROUPS] if parent >= 0 else 0)
        elements[e, C.FIRST_BLOCK] = -1
    for b in range(ws.state[C.BLOCKS]):
        e = np.int64(ws.blocks[b, C.OWNER])
        while e >= 0 and elements[e, C.FIRST_BLOCK] < 0:
            elements[e, C.FIRST_BLOCK] = b
            e = np.int64(elements[e, C.PARENT])


@njit(cache=True, nogil=True, forceinline=True)
def _heading_features(ws: Workspace, f: np.ndarray, heading: Int) -> None:
    """Of the last heading at or before the block."""
    if heading < 0:
        f[F.HEADING_BEFORE_LEVEL] = -1
        f[F.HEADING_BEFORE_WORD_MEAN : F.OPENER_0_WORD_MEAN] = 0
        return
    stats = ws.stats[heading]
    f[F.HEADING_BEFORE_LEVEL] = T.HEADING_LEVEL[ws.blocks[heading, C.LEAF]]
    f[F.HEADING_BEFORE_WORD_MEAN] = stats[C.WORD_MEAN]
    f[F.HEADING_BEFORE_WORD_MIN] = stats[C.WORD_MIN]
    f[F.HEADING_BEFORE_WORD_MAX] = stats[C.WORD_MAX]
    f[F.HEADING_BEFORE_TITLE_OVERLAP] = stats[C.TITLE_OVERLAP]
    f[F.HEADING_BEFORE_LINK_SHARE] = stats[C.LINK_SHARE]


@njit(cache=True, nogil=True, forceinline=True)
def _opener_features(ws: Workspace, f: np.ndarray, b: Int) -> None:
    """Word weights of the first block of each container around, and how many blocks since."""
    k = F.OPENER_0_WORD_MEAN
    container = container_of(ws, ws.blocks[b, C.OWNER])
    for _ in range(OPENERS):
        if container < 0:
            f[k] = f[k + 1] = 0
            f[k + 2] = -1
        else:
            first = ws.elements[container, C.FIRST_BLOCK]
            f[k] = ws.stats[first, C.WORD_MEAN]
            f[k + 1] = ws.stats[first, C.WORD_MIN]
            f[k + 2] = min(b - first, 60)
            container = ws.elements[container, C.CONTAINER]
        k += 3


@njit(cache=True, nogil=True)
def section_features(src: np.ndarray, ws: Workspace) -> None:
    """Fills the columns of the section, from HEADING_BEFORE_LEVEL on."""
    ws = borrowed(ws)
    _hand_down(ws)
    described, data_pairs = read_phrases(src, ws)
    heading = -1
    for b in range(ws.state[C.BLOCKS]):
        f = ws.features[b]
        block = ws.blocks[b]
        if T.HEADING_LEVEL[block[C.LEAF]] > 0:
            heading = b
        _heading_features(ws, f, heading)
        _opener_features(ws, f, b)
        f[F.IN_DESCRIPTION] = share_found(ws.word_hashes[b], ws.word_counts[b], described)
        f[F.IN_DATA] = share_found(ws.word_hashes[b], ws.word_counts[b], data_pairs)
        bits = ws.elements[block[C.OWNER], C.GROUPS] | groups_of(ws, block[C.NAMES_FROM], block[C.NAMES_TO])
        for q in range(GROUP_COUNT):
            f[F.GROUP_COMMENT + q] = (bits >> q) & 1
