"""Features of a block alone and of where it stands in the tree: columns OWN and PLACE."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
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
    f[0] = log_of_count(words)
    f[1] = max(stats[C.CHARS], np.float32(1)) / (words + 1)
    f[2] = stats[C.LINK_SHARE]
    f[3] = block[C.LINKS]
    f[4] = stats[C.PUNCTUATION] / (words + 1)
    f[5] = stats[C.COMMAS]
    f[6] = stats[C.SENTENCES]
    f[7] = stats[C.TERMINAL]
    f[8] = stats[C.DIGIT_SHARE]
    f[9] = stats[C.UPPER_SHARE]
    f[10] = stats[C.SEPARATORS]
    f[11] = stats[C.COPYRIGHT]
    f[12] = stats[C.NON_ASCII_SHARE]
    f[13] = stats[C.TITLE_OVERLAP]
    f[14] = stats[C.WORD_MEAN]
    f[15] = stats[C.WORD_MIN]
    f[16] = stats[C.WORD_MAX]
    f[17] = stats[C.OPENING]
    f[18] = stats[C.AT_SIGNS]
    f[19] = LEAF_KIND[block[C.LEAF]]
    f[20] = T.HEADING_LEVEL[block[C.LEAF]]
    f[21] = np.float32(block[C.EMPHASIS_BYTES]) / np.float32(block[C.END] - block[C.START])
    f[22] = block[C.BREAKS]
    f[23] = block[C.IMAGES]
    f[24] = block[C.LIST_DEPTH]
    f[25] = 1 if block[C.IN_BUTTON] > 0 else 0
    f[26] = table[slot_of(table, text_key(stats)), COUNT]
    f[27], f[28], f[29] = name_weights(ws, model, block[C.NAMES_FROM], block[C.NAMES_TO])
    f[30] = stats[C.QUOTES]


@njit(cache=True, nogil=True, forceinline=True)
def place_features(ws: Workspace, b: Int) -> None:
    f = ws.features[b]
    owner = ws.blocks[b, C.OWNER]
    row = ws.sums[owner]
    parent = ws.elements[owner, C.PARENT]
    for k in range(6):
        f[31 + k] = row[C.S_NAME_SUM + k]
    f[37] = ws.sums[parent, C.S_NAME_SUM] if parent >= 0 else 0
    ancestry = ws.elements[owner, C.ANCESTRY]
    for k in range(6):  # article main nav header footer aside
        f[38 + k] = (ancestry >> k) & 1
    f[44] = ((ancestry >> 6) & 1) + 2 * ((ancestry >> 7) & 1)  # ul, ol
    f[45] = (ancestry >> 8) & 1  # table
    f[46] = (ancestry >> 9) & 1  # form
    f[47] = (ancestry >> 10) & 1  # figure
    f[48] = (ancestry >> 11) & 3  # blockquote, pre
    f[49] = (ancestry >> 13) & 1  # details
    f[50] = (ancestry >> 18) & 1  # td
    f[51] = (ancestry >> 19) & 1  # section
    f[52] = ws.elements[owner, C.DEPTH]
