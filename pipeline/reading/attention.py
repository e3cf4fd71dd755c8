"""What attention needs in order to stay inside a document: built from `seq_lens`, never stored."""

import numpy as np


def cu_seqlens(seq_lens: np.ndarray) -> np.ndarray:
    """Where each piece begins, and the end of the last one, int32: as variable-length attention kernels take it.

    >>> cu_seqlens(np.array([3, 2])).tolist()
    [0, 3, 5]
    """
    return np.concatenate([[0], np.cumsum(seq_lens)]).astype(np.int32)


def position_ids(seq_lens: np.ndarray) -> np.ndarray:
    """The place of each token inside its piece, int32.

    >>> position_ids(np.array([3, 2])).tolist()
    [0, 1, 2, 0, 1]
    """
    begins = cu_seqlens(seq_lens)
    places = np.arange(begins[-1], dtype=np.int32)
    places -= np.repeat(begins[:-1], seq_lens)
    return places
