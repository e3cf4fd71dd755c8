"""Sliding windows: each document in overlapping stretches, so that what follows a cut is also seen with its context.

Source: Press et al. 2021 (Shortformer), arXiv:2012.15832, on overlapping windows with a stride.
"""

import numpy as np

from corpusmill.operators.tokens.packing.layout import Layout, refuse_bad_size


def sliding(n_tokens: np.ndarray, *, sequence_tokens: int, stride: int) -> Layout:
    """One sequence for each stretch: they start at 0, stride, 2 * stride, ... and the last one reaches the end.

    Tokens in an overlap are written again and count again; stride == sequence_tokens writes each token once. A document
    of at most `sequence_tokens` is one sequence. n_tokens: tokens of each document; one with none is in no sequence.

    >>> layout = sliding(np.array([9, 2]), sequence_tokens=4, stride=3)
    >>> layout.document.tolist(), layout.start.tolist(), layout.tokens.tolist()
    ([0, 0, 0, 1], [0, 3, 6, 0], [4, 4, 3, 2])
    """
    refuse_bad_size(sequence_tokens)
    if not 1 <= stride <= sequence_tokens:
        raise ValueError(
            f"stride must be in 1..{sequence_tokens} (sequence_tokens), else tokens are lost; got {stride}"
        )
    lengths = n_tokens.astype(np.int64)
    count = np.where(lengths > 0, 1 + np.maximum(0, -(-(lengths - sequence_tokens) // stride)), 0)
    document = np.repeat(np.arange(len(lengths), dtype=np.int64), count)
    within = np.arange(len(document), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    start = within * stride
    return Layout(
        document=document,
        start=start,
        tokens=np.minimum(lengths[document] - start, sequence_tokens),
        ends=np.arange(1, len(document) + 1, dtype=np.int64),
    )
