"""Flat .npy files for np.load(..., mmap_mode="r"): a header now, the ids stretch by stretch behind it.

Source: the NPY format, version 1.0, of numpy.lib.format.
"""

import io

import numpy as np


def npy_header(n_values: int, dtype: np.dtype) -> bytes:
    """The header of a one-dimensional array of `n_values`; their little-endian bytes follow it.

    >>> npy_header(3, np.dtype(np.int32))[:6]
    b'\\x93NUMPY'
    """
    out = io.BytesIO()
    told = {"descr": dtype.newbyteorder("<").str, "fortran_order": False, "shape": (n_values,)}
    np.lib.format.write_array_header_1_0(out, told)
    return out.getvalue()


def npy_bytes(values: np.ndarray) -> bytes:
    """A whole one-dimensional array as a .npy file: for offsets, of which there are few."""
    return npy_header(len(values), values.dtype) + values.astype(values.dtype.newbyteorder("<")).tobytes()
