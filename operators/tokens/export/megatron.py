"""Megatron's indexed dataset: a .bin of token ids end to end, and an .idx that says where each document lies.

Source: the MMapIndexedDataset format of Megatron-LM (megatron/core/datasets/indexed_dataset.py), version 1.
"""

import struct

import numpy as np

MAGIC = b"MMIDIDX\x00\x00"
VERSION = 1
CODES = {np.dtype(np.int32): 4, np.dtype(np.uint16): 8}


def id_type(vocab_size: int) -> np.dtype:
    """The narrower of the two types Megatron uses for ids.

    >>> str(id_type(32_768)), str(id_type(128_256))
    ('uint16', 'int32')
    """
    return np.dtype(np.uint16 if vocab_size <= 65_500 else np.int32)  # 65,500: Megatron's own bound


def bin_bytes(ids: np.ndarray, dtype: np.dtype) -> bytes:
    """A stretch of the .bin; those of all rows, one after another, are the file. ValueError on an id too big."""
    if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) <= np.iinfo(dtype).max:
        raise ValueError(f"ids {ids.min()} to {ids.max()} do not fit {dtype}")
    return ids.astype(dtype.newbyteorder("<")).tobytes()


def idx_bytes(n_tokens: np.ndarray, dtype: np.dtype) -> bytes:
    """The .idx for rows of these lengths, each one a document of one sequence.

    Rows may be documents (Megatron then packs them itself) or packed sequences (it then reads them as they are).
    """
    sequences = len(n_tokens)
    ends = np.cumsum(n_tokens, dtype=np.int64) * dtype.itemsize
    begins = np.concatenate([np.zeros(min(1, sequences), np.int64), ends[:-1]])
    header = MAGIC + struct.pack("<QBQQ", VERSION, CODES[dtype], sequences, sequences + 1)
    lengths = n_tokens.astype("<i4").tobytes()
    documents = np.arange(sequences + 1, dtype="<i8").tobytes()
    return header + lengths + begins.astype("<i8").tobytes() + documents
