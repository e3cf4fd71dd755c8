"""Ray on this machine starts in the background, with the processes that a run needs, and ends once."""

import os
import threading

import pytest
import ray
from ray._private import node
from ray._private.parameter import RayParams

from corpusmill.cluster import lifecycle, local_ray
from corpusmill.cluster.local_ray import LocalRay
from corpusmill.errors import NoCluster


@pytest.fixture
def ends(monkeypatch) -> list[str]:
    """A Ray that starts nothing; the list of its ends."""
    found: list[str] = []
    monkeypatch.setattr(ray, "shutdown", lambda: found.append("shutdown"))
    monkeypatch.setattr(lifecycle, "cpus", lambda: 3)
    for name in (local_ray.PRELOAD, *local_ray.VARIABLES):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return found


def test_ray_starts_while_other_things_go_on_and_a_session_takes_it_up(monkeypatch, ends):
    may_start, options = threading.Event(), {}

    def init(**given):
        may_start.wait()
        options.update(given, preload=os.environ[local_ray.PRELOAD])

    monkeypatch.setattr(ray, "init", init)
    begun = LocalRay(2, ("a.module", "another"))
    assert not options
    may_start.set()
    with lifecycle.session(address=None, workers=2, begun=begun) as cpus:
        assert cpus == 3
        assert lifecycle.is_local()
        assert (options["num_cpus"], options["address"], options["preload"]) == (2, "local", "a.module,another")
        assert not ends
    begun.end()
    assert ends == ["shutdown"]
    assert not lifecycle.is_local()


def test_workers_that_may_get_no_unit_load_nothing_ahead(monkeypatch, ends):
    monkeypatch.setattr(ray, "init", lambda **_: None)
    LocalRay(local_ray.PRELOAD_CPUS + 1, ("a.module",)).wait()
    assert local_ray.PRELOAD not in os.environ


def test_its_node_starts_no_dashboard_no_monitor_and_no_sender_of_logs(monkeypatch, ends):
    whole, found = node.Node, []
    monkeypatch.setattr(whole, "__init__", lambda self, ray_params, head: found.append((ray_params, head)))
    monkeypatch.setattr(ray, "init", lambda **_: found.append(node.Node(RayParams(), head=True)))
    LocalRay(1).wait()
    (params, head), made = found
    assert (params.no_monitor, params.include_log_monitor, head) == (True, False, True)
    assert isinstance(made, whole)
    made.start_api_server(include_dashboard=False, raise_on_failure=False)
    assert made.webui_url == ""
    assert node.Node is whole, "others who start Ray in this process have all of it"


def test_a_ray_that_did_not_start_in_the_background_is_ended_and_said(monkeypatch, ends):
    def init(**_):
        raise TimeoutError("the node timed out. See the logs")

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(NoCluster, match="the node timed out"), lifecycle.session(address=None, workers=1):
        raise AssertionError("there is no session")
    assert ends == ["shutdown"]
    assert not lifecycle.is_local()
