"""Token ids that say of themselves whether a model is trained on them, in bits that no id needs.

Between tokenizing and packing, ids and loss mask travel as one column.
"""

import numpy as np

TRAINED = 1 << 30  # vocabularies are far smaller
SECOND = 1 << 29  # the first token of the worse answer of a pair, whose two conversations follow one another
IDS = SECOND - 1


def marked(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """int32 ids, with the bit set where mask (0 or 1) says so.

    >>> marked(np.array([5, 6], np.int32), np.array([0, 1], np.uint8)).tolist()
    [5, 1073741830]
    """
    return ids | (mask.astype(np.int32) * np.int32(TRAINED))


def unmarked(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ids, int32, and their mask, int8.

    >>> [values.tolist() for values in unmarked(np.array([5, 1073741830], np.int32))]
    [[5, 6], [0, 1]]
    """
    return ids & np.int32(IDS), (ids >= TRAINED).astype(np.int8)


def seconds(ids: np.ndarray) -> np.ndarray:
    """Where the second conversations of pairs begin, int64 places in ids."""
    return np.flatnonzero(ids & np.int32(SECOND))
