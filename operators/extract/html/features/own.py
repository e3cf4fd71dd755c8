"""Features of a block alone and of where it stands in the tree: columns OWN and PLACE."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.extract.html.features.signatures import COUNT, slot_of, text_key
from corpusmill.operators.extract.html.features.sums import name_weights
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.text.kernel import njit

LEAF_KIND = np.zeros(128, np.float32)  # tags of a kind, for the trees to cut between
for _kind, _names in enumerate(("", "li", "td th", "dt dd", "p", "blockquote pre", "h1 h2 h3 h4 h5 h6 summary")):
    for _name in _names.split():
        LEAF_KIND[T.NUMBER[_name]] = _kind
for _kind, _names in ((7, "figcaption caption"), (8, "button legend address")):
    for _name in _names.split():
        LEAF_KIND[T.NUMBER[_name]] = _kind


@njit(cache=True, nogil=True, forceinline=True)
def own_features(ws: Workspace, model: Model, table: np.ndarray, b: Int) -> None:
    f, stats, block = ws.features[b], ws.stats[b], ws.blocks[b]
    words = stats[C.WORDS]
    f[F.LOG_WORDS] = log_of_count(words)
    f[F.CHARS_PER_WORD] = max(stats[C.CHARS], np.float32(1)) / (words + 1)
    f[F.LINK_SHARE] = stats[C.LINK_SHARE]
    f[F.LINKS] = block[C.LINKS]
    f[F.PUNCTUATION_PER_WORD] = stats[C.PUNCTUATION] / (words + 1)
    f[F.COMMAS] = stats[C.COMMAS]
    f[F.SENTENCES] = stats[C.SENTENCES]
    f[F.TERMINAL] = stats[C.TERMINAL]
    f[F.DIGIT_SHARE] = stats[C.DIGIT_SHARE]
    f[F.UPPER_SHARE] = stats[C.UPPER_SHARE]
    f[F.SEPARATORS] = stats[C.SEPARATORS]
    f[F.COPYRIGHT] = stats[C.COPYRIGHT]
    f[F.NON_ASCII_SHARE] = stats[C.NON_ASCII_SHARE]
    f[F.TITLE_OVERLAP] = stats[C.TITLE_OVERLAP]
    f[F.WORD_MEAN] = stats[C.WORD_MEAN]
    f[F.WORD_MIN] = stats[C.WORD_MIN]
    f[F.WORD_MAX] = stats[C.WORD_MAX]
    f[F.OPENING] = stats[C.OPENING]
    f[F.AT_SIGNS] = stats[C.AT_SIGNS]
    f[F.LEAF_KIND] = LEAF_KIND[block[C.LEAF]]
    f[F.HEADING_LEVEL] = T.HEADING_LEVEL[block[C.LEAF]]
    f[F.EMPHASIS_SHARE] = np.float32(block[C.EMPHASIS_BYTES]) / np.float32(block[C.END] - block[C.START])
    f[F.BREAKS] = block[C.BREAKS]
    f[F.IMAGES] = block[C.IMAGES]
    f[F.LIST_DEPTH] = block[C.LIST_DEPTH]
    f[F.IN_BUTTON] = 1 if block[C.IN_BUTTON] > 0 else 0
    f[F.SAME_TEXT] = table[slot_of(table, text_key(stats)), COUNT]
    weights = name_weights(ws, model, block[C.NAMES_FROM], block[C.NAMES_TO])
    f[F.INLINE_NAME_SUM], f[F.INLINE_NAME_MIN], f[F.INLINE_NAME_MAX] = weights
    f[F.QUOTES] = stats[C.QUOTES]


@njit(cache=True, nogil=True, forceinline=True)
def place_features(ws: Workspace, b: Int) -> None:
    f = ws.features[b]
    owner = ws.blocks[b, C.OWNER]
    row = ws.sums[owner]
    parent = ws.elements[owner, C.PARENT]
    for k in range(6):
        f[F.OWNER_NAME_SUM + k] = row[C.S_NAME_SUM + k]
    f[F.PARENT_NAME_SUM] = ws.sums[parent, C.S_NAME_SUM] if parent >= 0 else 0
    ancestry = ws.elements[owner, C.ANCESTRY]
    for k in range(6):  # article main nav header footer aside
        f[F.IN_ARTICLE + k] = (ancestry >> k) & 1
    f[F.IN_LIST] = ((ancestry >> 6) & 1) + 2 * ((ancestry >> 7) & 1)  # ul, ol
    f[F.IN_TABLE] = (ancestry >> 8) & 1  # table
    f[F.IN_FORM] = (ancestry >> 9) & 1  # form
    f[F.IN_FIGURE] = (ancestry >> 10) & 1  # figure
    f[F.IN_QUOTE_OR_PRE] = (ancestry >> 11) & 3  # blockquote, pre
    f[F.IN_DETAILS] = (ancestry >> 13) & 1  # details
    f[F.IN_CELL] = (ancestry >> 18) & 1  # td
    f[F.IN_SECTION] = (ancestry >> 19) & 1  # section
    f[F.DEPTH] = ws.elements[owner, C.DEPTH]
