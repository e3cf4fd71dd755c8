"""A sample is taken by the bytes of a record, whether they are text already or a page."""

import pyarrow as pa
import pytest

from pipeline.stages.shard_writer import sampled

TEXTS = [f"document number {i}" for i in range(400)]


def sample(raw: str, share: float) -> list[int]:
    column = (
        pa.array(TEXTS, pa.large_string())
        if raw == "text"
        else pa.array([t.encode() + b"\xff" for t in TEXTS], pa.large_binary())
    )
    table = pa.table({raw: column, "row": pa.array(range(len(TEXTS)))})
    return sampled(table, raw, share)[0]["row"].to_pylist()


@pytest.mark.parametrize("raw", ["text", "content"])
def test_a_larger_sample_contains_the_smaller(raw):
    tenth, half = sample(raw, 0.1), sample(raw, 0.5)
    assert set(tenth) < set(half)
    assert 20 <= len(tenth) <= 60
    assert 150 <= len(half) <= 250
    assert sample(raw, 1.0) == list(range(len(TEXTS)))
