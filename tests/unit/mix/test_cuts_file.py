"""Cuts travel as plain arrays: what comes back selects the same, and a file with objects in it is not opened."""

import dataclasses
import io
import pickle

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.errors import InvalidCutsFile
from corpusmill.operators.mix.cuts.cuts_file import ARRAYS, from_npz, to_npz
from corpusmill.operators.mix.select.select import select_in_memory
from corpusmill.operators.mix.spec.schedule import Level, equal_phases
from corpusmill.operators.mix.spec.spec import Budget, MixSpec
from corpusmill.operators.mix.spec.weights import Temperature


@pytest.fixture(scope="module")
def cuts():
    random = np.random.default_rng(3)
    rows = pa.table(
        {
            "doc_id": np.arange(400),
            "u": random.integers(0, 2**64, 400, np.uint64),
            "n_tokens": random.integers(1, 90, 400).astype(np.int32),
            "language": random.choice(["de", "en", "sw"], 400, p=[0.5, 0.4, 0.1]),
        }
    )
    level = Level(columns=("language",), weighting=Temperature(temperature=3.0))
    spec = MixSpec(levels=(level,), budget=Budget(multiple=1.5), phases=equal_phases(2))
    return select_in_memory([rows], spec, shards=3).cuts


def test_what_is_read_is_what_was_written(cuts):
    found = from_npz(to_npz(cuts))
    assert found.shards == cuts.shards
    assert found.layout.bits.tolist() == cuts.layout.bits.tolist()
    for name in ARRAYS:
        theirs, ours = getattr(found, name), getattr(cuts, name)
        assert theirs.dtype == ours.dtype
        assert np.array_equal(theirs, ours), name


def test_the_same_cuts_give_the_same_bytes(cuts):
    assert to_npz(cuts) == to_npz(dataclasses.replace(cuts))


class Harmful:
    """Does something when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("a pickled object was opened",))


def test_a_pickled_object_is_refused_and_never_opened(cuts):
    for payload in (pickle.dumps(Harmful()), _with_object(cuts), to_npz(cuts)[:-30], b""):
        with pytest.raises(InvalidCutsFile):
            from_npz(payload)


def test_another_format_is_refused(cuts):
    out = io.BytesIO()
    np.savez(out, format=np.int64(2))
    with pytest.raises(InvalidCutsFile, match="expected cuts of format 1, found 2"):
        from_npz(out.getvalue())


def _with_object(cuts) -> bytes:
    out = io.BytesIO()
    with np.load(io.BytesIO(to_npz(cuts))) as file:
        arrays = {**file, "u": np.array([Harmful()], object)}
    np.savez(out, **arrays)
    return out.getvalue()
