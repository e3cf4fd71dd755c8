"""Ray: started here and nowhere else, on this machine or by joining a cluster; imported only once it is asked for."""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from corpusmill.cluster.head_watch import watched
from corpusmill.cluster.local_ray import QUIET, VARIABLES, LocalRay
from corpusmill.errors import NoCluster

START_HINT = (
    "is a Ray head running there (`ray start --head`), with the same Ray and Python versions? When the cluster uses "
    "tokens, RAY_AUTH_MODE and RAY_AUTH_TOKEN_PATH must be the same here and on every node"
)

BUSY_HINT = (
    "run the same command again when the machine is less busy, or with fewer --workers; Ray's own logs are in the temp "
    "folder, under ray/session_latest/logs"
)

CONNECT_S = 5.0

_here: list[LocalRay] = []  # the session on this machine that runs, if any


@contextmanager
def session(
    *,
    address: str | None,
    workers: int | None,
    worker_setup: str | None = None,
    lost: Callable[[str], None] | None = None,
    begun: LocalRay | None = None,
    preload: tuple[str, ...] = (),
) -> Iterator[int]:
    """A Ray session for the length of a `with`; yields the number of CPUs it has.

    address: None starts Ray on this machine with `workers` CPUs (default: all); else 'auto' or 'host:port' joins. A
    session that this process has already is used, and left as it is. worker_setup: `module.function` that every worker
    process of a cluster calls before anything else; on this machine workers inherit the environment. lost: called with
    a sentence when the head of a cluster is gone. begun: the session on this machine, if it was begun before. preload:
    modules that workers on this machine import before their first unit.
    """
    import ray

    if address is None and begun is not None:
        with _on_this_machine(begun):
            yield cpus()
    elif ray.is_initialized():
        yield cpus()
    elif address is None:
        with _on_this_machine(LocalRay(workers, preload)):
            yield cpus()
    else:
        with _joined(address, worker_setup, lost):
            yield cpus()


@contextmanager
def _on_this_machine(local: LocalRay) -> Iterator[None]:
    try:
        local.wait()
    except BaseException as e:
        local.end()
        if isinstance(e, Exception):
            raise NoCluster(not_started(None, e, time.monotonic() - local.started)) from e
        raise
    _here.append(local)
    try:
        yield
    finally:
        local.end()
        _here.remove(local)


@contextmanager
def _joined(address: str, worker_setup: str | None, lost: Callable[[str], None] | None) -> Iterator[None]:
    import ray

    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    options: dict[str, Any] = {"address": address, **QUIET}
    if worker_setup is not None:
        options |= {"runtime_env": {"worker_process_setup_hook": worker_setup}}
    started = time.monotonic()
    try:
        _answers(address)
        ray.init(**options)
    except Exception as e:  # Ray raises bare Exception, too
        ray.shutdown()
        raise NoCluster(not_started(address, e, time.monotonic() - started)) from e
    with contextlib.ExitStack() as open_:
        open_.callback(ray.shutdown)
        if lost is not None:
            open_.enter_context(watched(ray.get_runtime_context().gcs_address, lost))
        yield


def is_local() -> bool:
    """Whether the session is one that this process started, on this machine."""
    return bool(_here)


def not_started(address: str | None, error: Exception, seconds: float) -> str:
    """Why there is no Ray, in one sentence with what was waited for and for how long."""
    why = " ".join(str(error).split()).partition(". ")[0].rstrip(".") or type(error).__name__
    if address is not None:
        return f"the Ray cluster at {address!r} did not answer within {seconds:.0f} s: {why}; {START_HINT}"
    waited = f"waited {seconds:.0f} s for its head process and raylet ({why})"
    return f"Ray did not start on this machine: {waited}; {BUSY_HINT}"


def _answers(address: str) -> None:
    """OSError within seconds when nothing listens there; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()


def cpus() -> int:
    """CPUs of the session, over all its machines."""
    import ray

    return int(ray.cluster_resources().get("CPU", 1))


def nodes() -> int:
    """How many machines the session spans."""
    import ray

    return sum(1 for node in ray.nodes() if node["Alive"])


def nodes_with_cpus() -> set[str]:
    """The ids of the live machines of the session that work can run on."""
    import ray

    return {node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")}
