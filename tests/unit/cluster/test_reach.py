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


class Unanswered:
    """A task of Ray that never ran."""

    def options(self, **_):
        return self

    def remote(self, *_):
        return self


@pytest.mark.parametrize(("stays", "problems"), [(True, 1), (False, 0)])
def test_a_node_that_leaves_while_it_is_asked_is_passed_over_and_one_that_stays_is_not(monkeypatch, stays, problems):
    node = {"NodeID": "1" * 56, "NodeManagerHostname": "spot", "NodeManagerAddress": "10.0.0.1"}
    seen = iter([[{**node, "Alive": True}], [{**node, "Alive": stays}]])

    def dies(*_, **__):
        raise ray.exceptions.NodeDiedError("gone")

    monkeypatch.setattr(ray, "nodes", lambda: next(seen))
    monkeypatch.setattr(ray, "remote", lambda _: Unanswered())
    monkeypatch.setattr(ray, "get", dies)
    assert len(reach.unlike({}, dict)) == problems
