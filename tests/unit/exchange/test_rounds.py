"""An exchange gives the same partitions whatever files the records came in, and however its units run."""

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.exchange import files, planning
from corpusmill.pipeline.exchange.planning import plan_exchange
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import run_exchange
from corpusmill.pipeline.execution.phases import Work


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 9)
    monkeypatch.setattr(planning, "MIN_BATCH_BYTES", 1 << 9)


def records(rows: int = 12_000, equal: int = 0) -> pa.Table:
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 2**64, rows, dtype=np.uint64)
    keys[:equal] = 77
    return pa.table({"key": keys, "id": rng.permutation(rows)})


def exchanged(folder, table: pa.Table, file_count: int, unit_bytes: int) -> tuple[pa.Table, int]:
    store, sizes = Store(str(folder)), {}
    for i, rows in enumerate(np.array_split(np.arange(table.num_rows), file_count)):
        payload = files.encoded(table.take(pa.array(rows))).to_pybytes()
        store.publish(f"in/{i:04d}.arrow", payload)
        sizes[f"in/{i:04d}.arrow"] = len(payload)

    def backwards(units, task):
        for unit in reversed(units):
            yield task(unit)

    work = Work(store=store, folder="work", run=backwards, unit_bytes=unit_bytes)
    partitions = run_exchange(sizes, label="x", phase=work.phase, unit_bytes=unit_bytes)
    tables = [read_range(store, p.names, p.range) for p in partitions]
    assert len(tables) == plan_exchange(len(sizes), sum(sizes.values()), unit_bytes=unit_bytes).partitions
    return pa.concat_tables(tables), len(partitions)


@pytest.mark.parametrize(("file_count", "unit_bytes"), [(1, 1 << 30), (40, 1 << 30), (1, 1 << 14), (40, 1 << 13)])
def test_all_records_come_out_in_order_of_their_keys(tmp_path, file_count, unit_bytes):
    table = records()
    got, partitions = exchanged(tmp_path, table, file_count, unit_bytes)
    assert got.equals(table.sort_by([("key", "ascending"), ("id", "ascending")]))
    assert (partitions == 1) == (unit_bytes == 1 << 30)


def test_one_key_heavier_than_a_unit_is_carried_in_several_files(tmp_path):
    table = records(equal=9_000)
    got, _ = exchanged(tmp_path, table, 40, 1 << 13)
    assert got.equals(table.sort_by([("key", "ascending"), ("id", "ascending")]))
    assert max(len(list((tmp_path / "work").rglob(f"*-{n:03d}.arrow"))) for n in (1, 2)) > 0
