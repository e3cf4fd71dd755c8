"""What every node of the cluster is asked before any work, never assumed: does it see the same store, is it alike."""

import socket
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from corpusmill.cluster.storage import Store

ANSWER_S = 60.0
PREFIX = ".reach-"  # hidden: what a kill leaves behind is nobody's dataset, see Store.any_file; `clean` knows it


def unreachable(stores: Sequence[Store]) -> list[str]:
    """One sentence for each node that does not see what was just written to a store; empty when all do.

    Raises OSError when this process itself cannot write to a store.
    """
    found: list[str] = []
    for store in stores:
        name = f"{PREFIX}{uuid.uuid4().hex}"
        store.publish(name, b"here")
        try:
            found += [f"{node}: {answer}" for node, answer in _ask_all(sees, store, name) if answer is not None]
        finally:
            store.delete(name)
    return found


def unlike(expected: Mapping[str, str], versions: Callable[[], Mapping[str, str]]) -> list[str]:
    """One sentence for each node whose versions are others than the wanted ones; empty when all are the same.

    versions: called on each node; by name, as `expected`.
    """
    answers = _ask_all(versions)
    told = [(node, a if isinstance(a, str) else differences(expected, a)) for node, a in answers]
    return [f"{node}: {problem}" for node, problem in told if problem is not None]


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> str | None:
    """Which of the wanted versions are others there; None when none is.

    >>> differences({"numpy": "2.4.6", "python": "3.11"}, {"numpy": "2.4.5", "python": "3.11"})
    'it has numpy 2.4.5, expected 2.4.6'
    """
    told = [
        f"{name} {found.get(name, 'none')}, expected {version}"
        for name, version in expected.items()
        if found.get(name) != version
    ]
    return f"it has {'; '.join(told)}" if told else None


def _ask_all(question: Callable[..., Any], *arguments: Any) -> Iterator[tuple[str, Any]]:
    """Each node, named, and what the question gives there: asked at the same time. A sentence when none comes.

    A node that has left the cluster meanwhile, as spot machines do, is passed over: it will be given no work.
    """
    import ray
    from ray.exceptions import RayError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    task: Any = ray.remote(_answer)
    asked: list[tuple[str, str, Any]] = []
    for node in ray.nodes():
        if node["Alive"]:
            here = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            answer = task.options(num_cpus=0, scheduling_strategy=here, max_retries=1).remote(question, *arguments)
            asked.append((node["NodeID"], f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})", answer))
    for node_id, node, answer in asked:
        try:
            yield node, ray.get(answer, timeout=ANSWER_S)
        except RayError as e:
            if node_id not in {each["NodeID"] for each in ray.nodes() if each["Alive"]}:
                continue
            why = type(e).__name__
            busy = "; it may only be busy: run the same command again" if why == "GetTimeoutError" else ""
            yield node, f"it did not answer within {ANSWER_S:.0f} s or failed: {why}{busy}"


def _answer(question: Callable[..., Any], *arguments: Any) -> Any:
    """What Ray runs: it takes functions alone, and a question may be any callable."""
    return question(*arguments)


def sees(store: Store, name: str) -> str | None:
    """None when the file is there, seen from where this runs; else what is wrong."""
    try:
        if store.exists(name):
            return None
    except Exception as e:  # whatever a store's library raises for no network, no credentials, no bucket
        return f"{store.url} cannot be read from {socket.gethostname()}: {type(e).__name__}: {e}"
    return f"{store.url} is another place there: what this process wrote is not in it"
