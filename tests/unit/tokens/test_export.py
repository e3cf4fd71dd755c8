"""Exported files read back by parsers written from the formats alone."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.tokens.export.megatron import bin_bytes, id_type, idx_bytes
from corpusmill.operators.tokens.export.npy import npy_bytes, npy_header

ROWS = st.lists(st.lists(st.integers(0, 60_000), max_size=5), max_size=6)


def read_megatron(idx: bytes, bin_: bytes) -> list[list[int]]:
    """The documents of a Megatron indexed dataset, field by field."""
    assert idx[:9] == b"MMIDIDX\x00\x00"
    version, code, sequences, documents = struct.unpack_from("<QBQQ", idx, 9)
    assert version == 1
    size, letter = {4: (4, "i"), 8: (2, "H")}[code]
    at = 9 + 8 + 1 + 16
    lengths = struct.unpack_from(f"<{sequences}i", idx, at)
    at += 4 * sequences
    pointers = struct.unpack_from(f"<{sequences}q", idx, at)
    at += 8 * sequences
    ends = struct.unpack_from(f"<{documents}q", idx, at)
    assert at + 8 * documents == len(idx)
    assert ends == tuple(range(sequences + 1))
    assert sum(lengths) * size == len(bin_)
    return [list(struct.unpack_from(f"<{n}{letter}", bin_, p)) for n, p in zip(lengths, pointers, strict=True)]


@pytest.mark.thorough
@pytest.mark.parametrize("vocab_size", [32_768, 128_256])
@given(rows=ROWS)
def test_megatron_files_give_the_rows_back(vocab_size, rows):
    dtype = id_type(vocab_size)
    bin_ = b"".join(bin_bytes(np.array(row, np.int32), dtype) for row in rows)
    assert read_megatron(idx_bytes(np.array([len(row) for row in rows], np.int32), dtype), bin_) == rows


def test_an_id_too_big_for_the_file_is_refused():
    with pytest.raises(ValueError, match="ids 1 to 70000 do not fit uint16"):
        bin_bytes(np.array([1, 70_000], np.int32), np.dtype(np.uint16))


@given(rows=ROWS)
def test_npy_files_written_in_stretches_are_arrays_to_numpy(rows, tmp_path_factory):
    file = tmp_path_factory.mktemp("npy") / "tokens.npy"
    flat = [np.array(row, "<i4") for row in rows]
    file.write_bytes(npy_header(sum(map(len, rows)), np.dtype(np.int32)) + b"".join(f.tobytes() for f in flat))
    assert np.load(file).tolist() == [token for row in rows for token in row]


def test_a_whole_npy_can_be_mapped(tmp_path):
    file = tmp_path / "offsets.npy"
    file.write_bytes(npy_bytes(np.array([0, 5, 9], np.int64)))
    mapped = np.load(file, mmap_mode="r")
    assert mapped.dtype == np.int64
    assert mapped.tolist() == [0, 5, 9]
