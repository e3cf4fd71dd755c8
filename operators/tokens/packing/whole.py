"""No packing: one document, one sequence, of whatever length it has."""

import numpy as np

from corpusmill.operators.tokens.packing.layout import Layout


def whole(n_tokens: np.ndarray) -> Layout:
    """A sequence for each document that has a token.

    >>> whole(np.array([3, 0, 4])).document.tolist()
    [0, 2]
    """
    document = np.flatnonzero(n_tokens > 0).astype(np.int64)
    return Layout(
        document=document,
        start=np.zeros(len(document), np.int64),
        tokens=n_tokens[document].astype(np.int64),
        ends=np.arange(1, len(document) + 1, dtype=np.int64),
    )
