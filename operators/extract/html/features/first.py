"""All features of the first stage, for every block of the page: columns of `feature_names.FIRST`."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.extract.html.features.around import (
    best_container,
    best_features,
    container_features,
    measure_containers,
    neighbour_features,
    repetition_features,
)
from corpusmill.operators.extract.html.features.own import own_features, place_features
from corpusmill.operators.extract.html.features.page_type import ld_types, og_type
from corpusmill.operators.extract.html.features.section import section_features
from corpusmill.operators.extract.html.features.signatures import COUNT, WORDS, count_signatures
from corpusmill.operators.extract.html.features.sums import is_prose
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

REPEATED = 4  # times from which on a path counts as repeated
NEVER = -99  # blocks since a heading there is none of
P_WORDS, P_LINK_WORDS, P_PROSE_WORDS, P_PROSE_BLOCKS, P_ARTICLES, P_HAS_MAIN, P_H1, P_TITLE, P_PRICED, P_HEADINGS = (
    range(10)
)


@njit(cache=True, nogil=True)
def page_totals(ws: Workspace) -> np.ndarray:
    """Sums over the page, and which block is its h1 and which its title (-1 when none)."""
    ws = borrowed(ws)
    page = np.zeros(10, np.float32)
    page[P_WORDS] = 1
    page[P_H1] = page[P_TITLE] = -1
    for e in range(ws.state[C.ELEMENTS]):
        tag = ws.elements[e, C.TAG]
        page[P_ARTICLES] += tag == T.ARTICLE
        if tag == T.MAIN:
            page[P_HAS_MAIN] = 1
    for b in range(ws.state[C.BLOCKS]):
        stats = ws.stats[b]
        page[P_WORDS] += stats[C.WORDS]
        page[P_LINK_WORDS] += stats[C.LINK_WORDS]
        if is_prose(stats):
            page[P_PROSE_WORDS] += stats[C.WORDS]
            page[P_PROSE_BLOCKS] += 1
        page[P_PRICED] += stats[C.CURRENCY] > 0
        level = T.HEADING_LEVEL[ws.blocks[b, C.LEAF]]
        page[P_HEADINGS] += level > 0
        if page[P_H1] < 0 and level == 1:
            page[P_H1] = b
        if page[P_TITLE] < 0 and level > 0 and stats[C.TITLE_OVERLAP] > np.float32(0.7):
            page[P_TITLE] = b
    if page[P_H1] < 0:
        page[P_H1] = page[P_TITLE]
    return page


@njit(cache=True, nogil=True, forceinline=True)
def _since(b: Int, mark: Int) -> Int:
    """Blocks since block `mark`, within -60 to 60; NEVER when there is none."""
    return max(min(b - mark, 60), -60) if mark >= 0 else NEVER


@njit(cache=True, nogil=True)
def type_features(src: np.ndarray, ws: Workspace, table: np.ndarray, page: np.ndarray) -> None:
    """Features that tell articles from shops, lists and forums."""
    ws = borrowed(ws)
    og, ld = og_type(src, ws), ld_types(src, ws)
    repeated, most = -1, 0
    for b in range(ws.state[C.BLOCKS]):
        path = table[ws.slots[b]]
        if path[COUNT] >= REPEATED and path[WORDS] > most:
            repeated, most = ws.slots[b], path[WORDS]
    for b in range(ws.state[C.BLOCKS]):
        f = ws.features[b]
        f[F.CURRENCY] = ws.stats[b, C.CURRENCY]
        f[F.PAGE_CURRENCY_BLOCKS] = page[P_PRICED]
        f[F.OG_TYPE] = og
        for k in range(5):
            f[F.LD_ARTICLE + k] = (ld >> k) & 1
        f[F.REPEATED_PAGE_SHARE] = np.float32(most) / page[P_WORDS]
        f[F.IN_REPEATED] = 1 if ws.slots[b] == repeated else 0
        f[F.LOG_REPEATED] = log_of_count(table[repeated, COUNT]) if repeated >= 0 else np.float32(0)
        f[F.PAGE_HEADINGS] = page[P_HEADINGS]


@njit(cache=True, nogil=True)
def first_features(src: np.ndarray, ws: Workspace, model: Model) -> np.ndarray:
    """Fills `features`; `stats` and `sums` must stand. Fills `slots`; returns the table of paths."""
    ws, model = borrowed(ws), borrowed(model)
    table = count_signatures(ws)
    page = page_totals(ws)
    best = best_container(ws)
    words = page[P_WORDS]
    measure_containers(ws, words)
    blocks = ws.state[C.BLOCKS]
    log_words, log_blocks = log_of_count(words), log_of_count(blocks)
    passed = np.float32(0)
    heading = -1
    for b in range(blocks):
        own_features(ws, model, table, b)
        place_features(ws, b)
        container_features(ws, b)
        repetition_features(ws, table, b, words)
        best_features(ws, b, best, words)
        if T.HEADING_LEVEL[ws.blocks[b, C.LEAF]] > 0:
            heading = b
        f = ws.features[b]
        f[F.BLOCK_POSITION] = np.float32(b) / np.float32(blocks)
        f[F.WORD_POSITION] = passed / words
        f[F.BLOCKS_SINCE_H1] = _since(b, np.int64(page[P_H1]))
        f[F.BLOCKS_SINCE_HEADING] = min(b - heading, 30) if heading >= 0 else 99
        f[F.BLOCKS_SINCE_TITLE] = _since(b, np.int64(page[P_TITLE]))
        f[F.PAGE_LOG_WORDS] = log_words
        f[F.PAGE_LOG_BLOCKS] = log_blocks
        f[F.PAGE_LINK_SHARE] = page[P_LINK_WORDS] / words
        f[F.PAGE_ARTICLES] = min(page[P_ARTICLES], np.float32(20))
        f[F.PAGE_HAS_MAIN] = page[P_HAS_MAIN]
        f[F.PAGE_PROSE_SHARE] = page[P_PROSE_WORDS] / words
        f[F.PAGE_PROSE_BLOCKS] = page[P_PROSE_BLOCKS]
        passed += ws.stats[b, C.WORDS]
    for b in range(blocks):
        neighbour_features(ws, b)
    type_features(src, ws, table, page)
    section_features(src, ws)
    return table
