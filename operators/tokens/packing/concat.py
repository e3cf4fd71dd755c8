"""Concatenate and chunk: all documents one after another, cut every `sequence_tokens` tokens.

Source: Radford et al. 2019 (GPT-2) and Brown et al. 2020, arXiv:2005.14165, section 2.3: contexts filled completely.
"""

import numpy as np

from corpusmill.operators.tokens.packing.layout import Layout, refuse_bad_size


def concat(n_tokens: np.ndarray, *, sequence_tokens: int) -> Layout:
    """Every sequence is full but the last, which is as long as what is left; documents are cut wherever it falls.

    n_tokens: tokens of each document, in order; one with none is in no sequence.

    >>> layout = concat(np.array([3, 1, 4]), sequence_tokens=4)
    >>> layout.document.tolist(), layout.start.tolist(), layout.tokens.tolist(), layout.ends.tolist()
    ([0, 1, 2], [0, 0, 0], [3, 1, 4], [2, 3])
    """
    refuse_bad_size(sequence_tokens)
    document_ends = np.cumsum(n_tokens, dtype=np.int64)
    total = int(document_ends[-1]) if len(n_tokens) else 0
    sequence_ends = np.minimum(np.arange(1, -(-total // sequence_tokens) + 1) * sequence_tokens, total)
    cuts = np.union1d(document_ends[n_tokens > 0], sequence_ends).astype(np.int64)
    begins = np.concatenate([np.zeros(min(1, len(cuts)), np.int64), cuts[:-1]])
    document = np.searchsorted(document_ends, begins, side="right").astype(np.int64)
    return Layout(
        document=document,
        start=begins - (document_ends - n_tokens)[document],
        tokens=cuts - begins,
        ends=np.searchsorted(cuts, sequence_ends).astype(np.int64) + 1,
    )
