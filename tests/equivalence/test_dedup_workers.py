"""Deduplication on Ray: one worker and two give the bytes that no Ray at all gives."""

import pytest

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.settings import Settings
from corpusmill.pipeline.execution.outcomes import Done
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.run_units import quiet, run_units
from tests.dedup.test_invariance import SPEC, corpus, filled, payloads


def on_ray(units, task):
    for outcome in run_units(units, task):
        assert isinstance(outcome, Done), outcome
        yield outcome.counts


@pytest.mark.ray
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_no_byte(tmp_path, workers):
    alone = filled(tmp_path / "a", corpus(), 4)
    expected = payloads(alone, alone.dedup())
    ws = filled(tmp_path / "b", corpus(), 4)
    asked = Settings(spec=SPEC, shards=tuple(ws.shards))
    with lifecycle.session(address=None, workers=workers):
        quiet()
        work = Work(store=ws.store, folder="dedup/x", run=on_ray, unit_bytes=1 << 16)
        assert payloads(ws, deduplicate(work, asked)) == expected
