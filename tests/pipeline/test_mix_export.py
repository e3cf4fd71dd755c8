"""What `export` writes, read back by nothing of ours."""

import itertools
import json
import struct
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import say

pytestmark = pytest.mark.ray


def sequences(out: Path) -> list[list[int]]:
    names = [p["name"] for p in json.loads((out / "_manifest.json").read_text())["parts"]]
    return [row for name in names for row in pq.read_table(out / name)["input_ids"].to_pylist()]


def test_megatron_files_hold_each_sequence(undisturbed, tmp_path):
    say("export", "megatron", "--out", tmp_path / "new", undisturbed / "job.yaml")
    index, ids = (tmp_path / "new" / "small.idx").read_bytes(), (tmp_path / "new" / "small.bin").read_bytes()
    magic, version, code, count, documents = struct.unpack_from("<9sQBQQ", index)
    assert (magic, version, code) == (b"MMIDIDX\x00\x00", 1, 8)
    lengths = np.frombuffer(index, "<i4", count, 34)
    begins = np.frombuffer(index, "<i8", count, 34 + 4 * count)
    assert documents == count + 1
    found = [np.frombuffer(ids, "<u2", n, at).tolist() for n, at in zip(lengths, begins, strict=True)]
    assert found == sequences(undisturbed / "out")


def test_npy_files_hold_each_sequence(undisturbed, tmp_path):
    say("export", "npy", "--out", tmp_path, undisturbed / "out")
    ids = np.load(tmp_path / "small.npy", mmap_mode="r")
    offsets = np.load(tmp_path / "small.offsets.npy")
    found = [ids[a:b].tolist() for a, b in itertools.pairwise(offsets)]
    assert found == sequences(undisturbed / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small.npy", "small.offsets.npy"]
