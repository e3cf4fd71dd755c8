"""A sample is taken by the bytes of a record, whether they are text already or a page."""

import pyarrow as pa
import pytest

from corpusmill.pipeline.stages.ingest.sampling import sampled, up_to

TEXTS = [f"document number {i}" for i in range(400)]


def sample(raw: str, share: float) -> list[int]:
    column = (
        pa.array(TEXTS, pa.large_string())
        if raw == "text"
        else pa.array([t.encode() + b"\xff" for t in TEXTS], pa.large_binary())
    )
    table = pa.table({raw: column, "row": pa.array(range(len(TEXTS)))})
    return sampled(table, share)[0]["row"].to_pylist()


@pytest.mark.parametrize("raw", ["text", "content"])
def test_a_larger_sample_contains_the_smaller(raw):
    tenth, half = sample(raw, 0.1), sample(raw, 0.5)
    assert set(tenth) < set(half)
    assert 20 <= len(tenth) <= 60
    assert 150 <= len(half) <= 250
    assert sample(raw, 1.0) == list(range(len(TEXTS)))


def up_to_a_limit(limit: int, share: float, batches: int = 8) -> list[int]:
    """Rows of the sample that are taken when the texts come in so many batches; every seventh is no document."""
    skipped = pa.array(["blank_line" if i % 7 == 0 else None for i in range(len(TEXTS))], pa.string())
    texts = pa.array([None if i % 7 == 0 else t for i, t in enumerate(TEXTS)], pa.large_string())
    table = pa.table({"text": texts, "skipped": skipped, "row": range(len(TEXTS))})
    taken: list[int] = []
    for i in range(batches):
        size = len(TEXTS) // batches
        batch, limit = up_to(table.slice(i * size, size), limit, share)
        taken += sampled(batch.filter(batch["skipped"].is_null()), share)[0]["row"].to_pylist()
        if limit == 0:
            break
    return taken


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_a_limit_counts_documents_of_the_sample_and_a_larger_one_contains_a_smaller(share):
    few, more = up_to_a_limit(5, share), up_to_a_limit(12, share)
    assert (len(few), len(more)) == (5, 12)
    assert more[:5] == few
    assert set(more) <= {row for row in sample("text", share) if row % 7}


def test_what_cannot_be_read_counts_towards_a_limit():
    table = pa.table({"text": pa.nulls(9, pa.large_string()), "skipped": pa.nulls(9, pa.string())})
    taken, left = up_to(table, 4, 0.01)
    assert (taken.num_rows, left) == (4, 0)
