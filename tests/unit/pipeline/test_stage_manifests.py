"""Where the manifest of a stage is, no marker of its units is read."""

import json

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.run_stage import manifest_of
from corpusmill.pipeline.stages.ingest import parts
from corpusmill.pipeline.workspace.shards import Shard

JOB = "{name: a, inputs: [{source: s, paths: [x]}]}"


def test_a_finished_ingest_is_seen_by_its_manifest(tmp_path, monkeypatch):
    spec, store = parse(JOB), Store(str(tmp_path))
    shards = [Shard(0, n, "s", "readers.jsonl", f"x{n}", 0, 1, 1, "") for n in range(3)]
    names = [u["name"] for u in parts.units(spec, shards)]
    (before,) = parts.part_statuses(spec, store, shards)
    assert not before.done
    content = {"units": {name: {"documents": 1} for name in names}, "tally": []}
    store.publish(manifest_of("ingest", names), json.dumps(content).encode())
    monkeypatch.setattr(parts, "committed", lambda *_: pytest.fail("markers were read"))
    (after,) = parts.part_statuses(spec, store, shards)
    assert list(after.done) == names
