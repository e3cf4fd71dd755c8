"""Token rows are sorted by (u, doc_id) with their tokens left in the file."""

import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.pipeline.files import tables
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.tokenize.token_order import IDS, LEVEL, ROWS_AT_ONCE, SPLIT, write_sorted

WANTED = pa.schema(
    {"doc_id": pa.int64(), "u": pa.uint64(), "language": pa.string(), "score": pa.float64(), "n_tokens": pa.int32()}
).append(pa.field("ids", IDS))


def rows(counts: list[int], *, tokens: int, seed: int = 3) -> pa.Table:
    """A table with a chunk of so many rows each; few different draws, documents of up to so many tokens, also none."""
    rng = np.random.default_rng(seed)
    chunks, first = [], 0
    for count in counts:
        sizes = rng.integers(0, tokens + 1, count).astype(np.int32)
        ids = pa.array(rng.integers(0, 1 << 16, sizes.sum()).astype(np.int32))
        offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
        columns = {
            "doc_id": rng.permutation(np.arange(first, first + count)),
            "u": rng.integers(0, 50, count).astype(np.uint64),
            "language": pa.array(["de", "", "en"] * count, pa.string()).slice(0, count),
            "score": pa.array([0.5, None] * count, pa.float64()).slice(0, count),
            "n_tokens": sizes,
            "ids": pa.LargeListArray.from_arrays(offsets, ids, type=IDS),
        }
        chunks.append(pa.table(columns, schema=WANTED))
        first += count
    return pa.concat_tables(chunks) if chunks else WANTED.empty_table()


def put(table: pa.Table, folder) -> None:
    with pa.OSFile(str(folder / "unsorted.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)


@pytest.mark.parametrize("counts", [[], [1], [0, 3, 0, 1], [700, 1, 2048, 900, 5000, 13]])
def test_the_file_is_byte_for_byte_that_of_taking_rows_from_the_whole_table(counts, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP_BYTES", 1 << 20)
    table = rows(counts, tokens=200)
    put(table, tmp_path)
    write_sorted(tmp_path / "unsorted.arrow", tmp_path / "sorted.parquet", WANTED)
    wanted = table.sort_by([("u", "ascending"), ("doc_id", "ascending")])
    with TableWriter(tmp_path / "plain.parquet", WANTED, split=SPLIT, level=LEVEL) as out:
        for start in range(0, len(wanted), ROWS_AT_ONCE):
            out.write(wanted.take(pa.array(range(start, min(len(wanted), start + ROWS_AT_ONCE)), pa.int64())))
    assert pq.read_table(tmp_path / "sorted.parquet").equals(wanted)
    assert (tmp_path / "sorted.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()


def test_documents_without_tokens_are_sorted_too(tmp_path):
    table = rows([5, 4], tokens=0)
    put(table, tmp_path)
    write_sorted(tmp_path / "unsorted.arrow", tmp_path / "sorted.parquet", WANTED)
    wanted = table.sort_by([("u", "ascending"), ("doc_id", "ascending")])
    assert pq.read_table(tmp_path / "sorted.parquet").equals(wanted)


def test_tokens_of_a_large_shard_are_never_all_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP_BYTES", 1 << 20)
    put(rows([ROWS_AT_ONCE] * 20, tokens=400), tmp_path)
    size = (tmp_path / "unsorted.arrow").stat().st_size
    own, before = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(own)
    tracemalloc.start()
    try:
        write_sorted(tmp_path / "unsorted.arrow", tmp_path / "sorted.parquet", WANTED)
        used = tracemalloc.get_traced_memory()[1] + own.max_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(before)
    assert size > 30_000_000
    assert used < size / 2, (used, size)
