"""Which blocks of a page are main text, by aligning its words with the gold text."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import ROOM_BYTES, Workspace
from corpusmill.operators.extract.html.parse.tokenizer import tokenize
from training.extract.align import RUN_PRICE, matched
from training.extract.pages import GoldPage
from training.extract.words import words

LARGEST_TABLE = 600_000_000  # words of the page times words of the gold: larger pages are left out
SHORT_BLOCK_WORDS = 8
BARE_TRUST = 0.3  # in an empty gold text: half of them are of pages that do have text; a guess
FOUND_AT_LEAST = 0.5  # share of gold words that the page must hold, or its gold is of another page


@dataclass(frozen=True, kw_only=True)
class Labels:
    """For each block: share of its words that are gold, its words, the trust put in the label."""

    share: np.ndarray  # float32, 0 to 1
    words: np.ndarray  # float32
    trust: np.ndarray  # float32 by block
    found: float  # share of the gold words found in blocks


def block_texts(utf8: bytes, ws: Workspace) -> list[str]:
    """The text of each block of a page."""
    source = np.frombuffer(utf8, np.uint8)
    tokenize(source, min(len(source), ws.text.shape[0] - ROOM_BYTES), ws)
    text = ws.text[: ws.state[C.OUT]].tobytes()
    rows = ws.blocks[: ws.state[C.BLOCKS], : C.END + 1].tolist()
    return [text[start:end].decode("utf-8", "replace") for start, end in rows]


def label(page: GoldPage, ws: Workspace) -> Labels | None:
    """Labels of the page's blocks; None when it is too large to align, or its gold is not on it.

    A page whose gold text is empty has no main text, unless its gold names snippets that it must hold.
    """
    numbers: dict[str, int] = {}
    mine: list[int] = []
    block_of: list[int] = []
    texts = block_texts(page.utf8, ws)
    for block, text in enumerate(texts):
        for word in words(text):
            mine.append(numbers.setdefault(word, len(numbers)))
            block_of.append(block)
    gold = [numbers.get(word, -1) for word in words(page.text)]
    if not gold and mine and not page.contradicted:
        none, count = np.zeros(len(texts), np.float32), np.bincount(block_of, minlength=len(texts))
        return Labels(share=none, words=count.astype(np.float32), trust=none + page.trust * BARE_TRUST, found=0.0)
    if not mine or not gold or len(mine) * len(gold) > LARGEST_TABLE:
        return None
    marks = matched(np.array(mine, np.int32), np.array(gold, np.int32), RUN_PRICE)
    found = float(marks.sum() / len(gold))
    if found < FOUND_AT_LEAST:
        return None
    count = np.bincount(block_of, minlength=len(texts)).astype(np.float32)
    hits = np.bincount(block_of, weights=marks, minlength=len(texts)).astype(np.float32)
    share = hits / np.maximum(count, 1)
    for block in range(len(texts)):
        if count[block] == 0:  # a block without a word goes with the one before
            share[block] = share[block - 1] if block else 0
    trust = np.full(len(texts), page.trust, np.float32)
    if page.trust < 1:
        trust[doubtful(share, count)] = 0
    return Labels(share=share, words=count, trust=trust, found=found)


def doubtful(share: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Blocks a teacher may have left out by mistake: short ones, like headings, between its first and last block.

    >>> doubtful(np.array([0, 1, 0, 0, 1, 0]), np.array([2, 30, 3, 40, 9, 2])).tolist()
    [False, False, True, False, False, False]
    """
    kept = np.flatnonzero(share > 0.5)
    unsure = (share <= 0.5) & (count < SHORT_BLOCK_WORDS)
    unsure[: kept[0] if len(kept) else None] = False
    unsure[kept[-1] if len(kept) else 0 :] = False
    return unsure
