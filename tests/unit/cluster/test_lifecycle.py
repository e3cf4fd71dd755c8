"""A Ray that does not start is one sentence with what was waited for, whatever Ray raises."""

import pytest
import ray

from corpusmill.cluster import lifecycle
from corpusmill.errors import ExitCode, NoCluster

LONG = (
    "The current node timed out during startup. This could happen because some of the raylet failed to startup or the "
    "GCS has become overloaded.\nsee the logs"
)


@pytest.mark.parametrize("error", [Exception(LONG), TimeoutError(LONG), RuntimeError(LONG), KeyError(LONG)])
def test_ray_that_does_not_start_is_one_sentence(monkeypatch, error):
    def init(**options):
        raise error

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(NoCluster) as found, lifecycle.session(address=None, workers=1):
        raise AssertionError("there is no session")
    told = str(found.value)
    assert found.value.exit_code == ExitCode.FAILED
    assert "\n" not in told
    assert "Ray did not start on this machine: waited 0 s for its head process and raylet" in told
    assert "The current node timed out during startup)" in told
    assert "This could happen" not in told


def test_a_cluster_that_does_not_answer_says_how_long_it_was_waited_for():
    told = lifecycle.not_started("head:6379", ConnectionRefusedError("refused"), 5.2)
    assert told.startswith("the Ray cluster at 'head:6379' did not answer within 5 s: refused; is a Ray head running")
