"""Runs units as plain tasks of Ray, in a session of this machine alone.

A unit gives one row, and nothing flows from task to task. Ray Data would add its import to each process, pandas with
it, and two processes for actors that watch a cluster: 6 CPU seconds before the first unit (decision 105).
"""

import functools
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.execution.outcomes import Run, attempt, row_of

LOOK_S = 0.1  # how often it is seen that nobody wants the outcomes any more
TASKS_A_CPU = 2  # that are handed to Ray at once, so that no CPU waits for its next one


def run_as_tasks(
    rows: list[Mapping[str, object]],
    run: Run,
    memory_bytes: int | None,
    unwanted: threading.Event,
    *,
    worker_deaths: int,
) -> Iterator[Mapping[str, Any]]:
    """The row of each unit (`outcomes.OUTCOME`), in the order they end. rows: "index" and the "unit" as JSON, begun in
    this order.

    A unit whose worker dies more than `worker_deaths` times has a row that says so; the others go on. Any other error
    of Ray is raised.
    """
    import ray

    options: dict[str, Any] = {"num_cpus": 1, "memory": memory_bytes, "max_retries": worker_deaths}
    task: Any = _task().options(**options)
    shared, waiting, under_way = ray.put(run), list(reversed(rows)), dict[Any, int]()
    most = TASKS_A_CPU * lifecycle.cpus()
    try:
        while (waiting or under_way) and not unwanted.is_set():
            while waiting and len(under_way) < most:
                row = waiting.pop()
                under_way[task.remote(shared, row["index"], row["unit"])] = int(str(row["index"]))
            for ref in ray.wait([*under_way], timeout=LOOK_S)[0]:
                yield _outcome(ref, under_way.pop(ref))
    finally:
        for ref in under_way:
            ray.cancel(ref, force=True)


@functools.cache
def _task() -> Any:
    """What Ray runs, made once: workers and driver keep every function that was ever made for them."""
    import ray

    return ray.remote(_run_one)


def _run_one(run: Run, index: int, unit: str) -> Mapping[str, Any]:
    """What a worker runs."""
    return row_of(index, attempt(json.loads(unit), run)).to_pylist()[0]


def _outcome(ref: Any, index: int) -> Mapping[str, Any]:
    import ray
    from ray import exceptions

    try:
        return ray.get(ref)
    except (exceptions.WorkerCrashedError, exceptions.OutOfMemoryError, exceptions.ObjectLostError) as e:
        kind = type(e).__name__
        why = {"error": f"its worker died: {kind}", "details": str(e)[-2000:], "kind": kind, "lost_rows": False}
        return {"index": index, "culprits": None, "passes": False, "seconds": 0.0, "node": None, **why}
