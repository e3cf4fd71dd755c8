"""Whether every node of the cluster sees the same store: asked of each node before any work, never assumed."""

import socket
import uuid
from collections.abc import Sequence
from typing import Any

from cluster.storage import Store

ANSWER_S = 60.0
PREFIX = ".reach-"  # hidden: what a kill leaves behind is nobody's dataset, see Store.any_file; `clean` knows it


def unreachable(stores: Sequence[Store]) -> list[str]:
    """One sentence for each node that does not see what was just written to a store; empty when all do.

    Raises OSError when this process itself cannot write to a store.
    """
    import ray

    found: list[str] = []
    for store in stores:
        name = f"{PREFIX}{uuid.uuid4().hex}"
        store.publish(name, b"here")
        try:
            found += [
                f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']}): {problem}"
                for node in ray.nodes()
                if node["Alive"] and (problem := _ask(node["NodeID"], store, name))
            ]
        finally:
            store.delete(name)
    return found


def _ask(node: str, store: Store, name: str) -> str | None:
    import ray
    from ray.exceptions import RayError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(node, soft=False)
    task: Any = ray.remote(sees)
    answer = task.options(num_cpus=0, scheduling_strategy=here, max_retries=1).remote(store, name)
    try:
        return ray.get(answer, timeout=ANSWER_S)
    except RayError as e:
        return f"it did not answer within {ANSWER_S:.0f} s or failed: {type(e).__name__}"


def sees(store: Store, name: str) -> str | None:
    """None when the file is there, seen from where this runs; else what is wrong."""
    try:
        if store.exists(name):
            return None
    except Exception as e:  # whatever a store's library raises for no network, no credentials, no bucket
        return f"{store.url} cannot be read from {socket.gethostname()}: {type(e).__name__}: {e}"
    return f"{store.url} is another place there: what this process wrote is not in it"
