"""A preference a row: the conversation with the better answer, and behind it the one with the worse answer."""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.packing.layout import Layout
from corpusmill.operators.tokens.rows import TokenRows
from corpusmill.operators.tokens.supervised import SECOND, seconds


def pairs(rows: TokenRows) -> Layout:
    """One sequence of two pieces for each document. rows: with the mark of `supervised.SECOND`, one a document.

    >>> layout = pairs(TokenRows(offsets=np.array([0, 5]), ids=np.array([1, 2, 3, 1 | SECOND, 2], np.int32)))
    >>> layout.start.tolist(), layout.tokens.tolist(), layout.ends.tolist()
    ([0, 3], [3, 2], [2])
    """
    cut = seconds(rows.ids) - rows.offsets[:-1]
    assert len(cut) == len(rows), "each document is one pair"
    size = np.diff(rows.offsets)
    return Layout(
        document=np.repeat(np.arange(len(rows), dtype=np.int64), 2),
        start=np.stack([np.zeros(len(rows), np.int64), cut], 1).ravel(),
        tokens=np.stack([cut, size - cut], 1).ravel(),
        ends=2 * np.arange(1, len(rows) + 1, dtype=np.int64),
    )


@njit(nogil=True, cache=True)
def shared(ids: np.ndarray, first: np.ndarray, second: np.ndarray, length: np.ndarray) -> None:
    """Lowers each length to how many tokens from first[k] and from second[k] on are the same."""
    for k in range(len(length)):
        for at in range(length[k]):
            if ids[first[k] + at] != ids[second[k] + at]:
                length[k] = at
                break


def with_seconds(ids: np.ndarray, seq_lens: np.ndarray) -> np.ndarray:
    """The ids of rows of pairs with the mark again. seq_lens: of all pieces, two a row."""
    marked = ids.copy()
    begins = np.cumsum(seq_lens.astype(np.int64))[0::2]
    marked[begins] |= np.int32(SECOND)
    return marked
