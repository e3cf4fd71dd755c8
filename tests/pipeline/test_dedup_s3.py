"""The exchange and deduplication on an object store: the same bytes as on a disk, whole files and ranges of them."""

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.settings import Settings
from corpusmill.pipeline.exchange import files, planning
from corpusmill.pipeline.exchange.key_range import EVERYTHING
from corpusmill.pipeline.exchange.reading import TAIL_BYTES, read_part
from corpusmill.pipeline.execution.phases import Work
from tests.dedup.test_invariance import SPEC, corpus, filled, payloads
from tests.unit.exchange.test_files import spread_table


@pytest.fixture
def store(s3: str) -> Store:
    return Store("s3://test/dedup", {"key": "testing", "secret": "testing", "endpoint_url": s3})


@pytest.mark.thorough
def test_ranges_of_a_large_file(store, monkeypatch):
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 13)
    table = spread_table(20_000, 1)
    payload = files.encoded(table).to_pybytes()
    assert len(payload) > 3 * TAIL_BYTES
    store.publish("large.arrow", payload)
    parts = [read_part(store, "large.arrow", r).num_rows for r in EVERYTHING.split(3)]
    assert sum(parts) == 20_000


@pytest.mark.thorough
def test_the_same_tables_as_on_a_disk(store, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MIN_BATCH_BYTES", 1 << 9)
    monkeypatch.setattr(planning, "MIN_BATCH_BYTES", 1 << 9)
    ws = filled(tmp_path, corpus(20), 3)
    expected = payloads(ws, ws.dedup())
    for path in sorted(p for p in tmp_path.rglob("*") if p.is_file() and "dedup" not in p.parts):
        store.publish_file(path.relative_to(tmp_path).as_posix(), path)
    asked = Settings(spec=SPEC, shards=tuple(ws.shards))
    work = Work(store=store, folder="dedup/x", run=lambda units, task: map(task, units), unit_bytes=1 << 13)
    outcome = deduplicate(work, asked)
    assert [store.read(outcome.tables[s.unit]) for s in ws.shards] == expected
