"""Nodes are asked before any work; being killed while asking leaves nothing that stands in the way."""

from pathlib import Path

import pytest
import ray

from corpusmill.cluster import reach
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.run.stages import folders
from corpusmill.pipeline.workspace import sweep


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def test_a_file_that_a_kill_abandoned_is_no_dataset_and_is_swept(store, monkeypatch):
    monkeypatch.setattr(ray, "nodes", list)
    monkeypatch.setattr(Store, "delete", lambda *_: None)  # killed before it
    assert reach.unreachable([store]) == []
    (left,) = store.files()
    assert own_output.foreign(store) is None
    assert sweep.unreferenced(store, set(), folders()).names == (left.uri,)
