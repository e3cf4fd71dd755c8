"""The arrays one worker uses for every page, made once: nothing is allocated while a page is read.

Bounds: pages are cut at `MAX_BYTES`, trees at `MAX_DEPTH`, blocks and elements at `MAX_BLOCKS`;
what was cut is flagged.
"""

import threading
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.extract.html.base import columns
from corpusmill.operators.text.by_reference import ByReference

MAX_BYTES = 16_000_000  # of one page as UTF-8
MAX_BLOCKS = 1 << 17
MAX_DEPTH = 590
CHUNK = 128  # blocks whose ranks stand side by side
FEATURES = 256  # of which there are ranks, at most
ROOM_BYTES = 192  # behind the longest text: kernels look at 64 bytes at a time
CONTAINED = 6  # features of a container
VALUES = 512  # values of class and id whose words are remembered, a power of 2
MOST_WORDS = 12  # of one value
MAX_SCRIPTS = 16  # JSON-LD scripts looked at in one page


@dataclass(frozen=True, eq=False)
class Workspace(ByReference):
    """Arrays for one page at a time. Rows past the counts in `state` hold what earlier pages left."""

    state: np.ndarray  # int64: where the tokenizer stands, see operators.extract.html.base.columns
    text: np.ndarray  # uint8: the text of all blocks, one after the other
    blocks: np.ndarray  # int32[blocks, columns.BLOCK]
    elements: np.ndarray  # int32[elements, columns.ELEMENT]
    names: np.ndarray  # uint32: hashes of class, id and role words, of elements and of inline tags
    values: np.ndarray  # uint64[VALUES]: hashes of values of class, id and role that the page had, 0 where none is
    value_counts: np.ndarray  # int64[VALUES]: class words of these
    value_words: np.ndarray  # uint32[VALUES, MOST_WORDS]: their hashes
    links: np.ndarray  # int32[links, 2]: stretches of `text` that are link text
    stack: np.ndarray  # int32[MAX_DEPTH + 2, 2]: open elements: row in `elements`, tag
    open_tags: np.ndarray  # int32[128]: open elements by tag
    spots: np.ndarray  # int32[columns.SPOT, 2]: where title, language, address, date lie in the source
    scripts: np.ndarray  # int32[MAX_SCRIPTS, 2]: JSON-LD in the source
    stats: np.ndarray  # float32[blocks, columns.STAT]
    word_hashes: np.ndarray  # uint32[blocks, columns.HASHED_WORDS]
    word_counts: np.ndarray  # int32[blocks]
    sums: np.ndarray  # float32[elements, columns.SUM]
    contained: np.ndarray  # float32[elements, CONTAINED]: features of containers, for all blocks in them
    signatures: np.ndarray  # int32[slots, 4]: how often a (tag, class) occurs
    described: np.ndarray  # uint32[slots]: pairs of words in the page's description
    data_pairs: np.ndarray  # uint32[slots]: pairs of words in its JSON-LD
    slots: np.ndarray  # int32[blocks]: a block's slot in `signatures`
    features: np.ndarray  # float32[blocks, SECOND_STAGE], the first FIRST_STAGE of them for the first forest
    ranks: np.ndarray  # uint8[chunks of blocks, FEATURES, CHUNK]: of features among the thresholds of both forests
    score: np.ndarray  # float32[blocks]: probability that a block is main text
    page_row: np.ndarray  # float32[1, features of the page]
    page_score: np.ndarray  # float32[1]: probability that the page is all boilerplate
    keep: np.ndarray  # uint8[blocks]
    result: np.ndarray  # uint8: the text kept


def allocate(page_bytes: int) -> Workspace:
    """A workspace for pages of up to `page_bytes` bytes (of UTF-8)."""
    blocks = min(page_bytes // 4 + 64, MAX_BLOCKS)
    elements = min(page_bytes // 3 + 64, MAX_BLOCKS)
    return Workspace(
        state=np.zeros(columns.STATE, np.int64),
        text=np.empty(page_bytes + ROOM_BYTES, np.uint8),
        blocks=np.empty((blocks, columns.BLOCK), np.int32),
        elements=np.empty((elements, columns.ELEMENT), np.int32),
        names=np.empty(4 * elements + 64, np.uint32),
        values=np.zeros(VALUES, np.uint64),
        value_counts=np.zeros(VALUES, np.int64),
        value_words=np.zeros((VALUES, MOST_WORDS), np.uint32),
        links=np.empty((elements, 2), np.int32),
        stack=np.empty((MAX_DEPTH + 2, 2), np.int32),
        open_tags=np.zeros(128, np.int32),
        spots=np.empty((columns.SPOT, 2), np.int32),
        scripts=np.empty((MAX_SCRIPTS, 2), np.int32),
        stats=np.empty((blocks, columns.STAT), np.float32),
        word_hashes=np.zeros((blocks, columns.HASHED_WORDS), np.uint32),
        word_counts=np.zeros(blocks, np.int32),
        sums=np.empty((elements, columns.SUM), np.float32),
        contained=np.empty((elements, CONTAINED), np.float32),
        signatures=np.empty((1 << 18, 4), np.int32),
        described=np.empty(1 << 11, np.uint32),
        data_pairs=np.empty(1 << 15, np.uint32),
        slots=np.empty(blocks, np.int32),
        features=np.empty((blocks, columns.SECOND_STAGE), np.float32),
        ranks=np.empty((blocks // CHUNK + 1, FEATURES, CHUNK), np.uint8),
        score=np.empty(blocks, np.float32),
        page_row=np.zeros((1, columns.OF_PAGE), np.float32),
        page_score=np.zeros(1, np.float32),
        keep=np.zeros(blocks, np.uint8),
        result=np.empty(2 * page_bytes + 256, np.uint8),
    )


_of_thread = threading.local()


def workspace(page_bytes: int) -> Workspace:
    """This thread's workspace, grown when `page_bytes` (cut at MAX_BYTES) does not fit."""
    wanted = min(page_bytes, MAX_BYTES)
    if wanted > getattr(_of_thread, "page_bytes", 0):
        wanted = min(MAX_BYTES, max(1 << 20, 2 * wanted))
        _of_thread.found, _of_thread.page_bytes = allocate(wanted), wanted
    return getattr(_of_thread, "found", None) or allocate(0)
