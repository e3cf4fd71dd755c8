"""Ray on this machine: with the processes that a run here needs, and started while the command still loads.

`ray.init` starts three processes that nobody asks anything here: a dashboard, which it waits for although
`include_dashboard=False`, the monitor of the autoscaler, and one that sends the logs of workers to the driver, which
does not want them. `ray start` has flags against the latter two, `ray.init` has none (Ray 2.60). A cluster, which
`ray start` makes, has them all.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

OOM_RETRIES = "3"  # of a task whose worker is ended for memory; Ray's own default is without end
STORE_BYTES = 500_000_000  # of Ray's object store; units move next to nothing through it
PRELOAD = "RAY_preload_python_modules"  # Ray's own variable: what a worker imports before it takes work
PRELOAD_CPUS = 16  # on more, workers that get no unit would load for nothing; a guess
VARIABLES = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_task_oom_retries": OOM_RETRIES,
}
QUIET = {"log_to_driver": False, "logging_level": "ERROR"}


class LocalRay:
    """A session of Ray that starts in the background, from the moment this is made.

    workers: its CPUs, null is all. preload: modules that every worker imports before its first unit, if these are few.
    """

    def __init__(self, workers: int | None, preload: tuple[str, ...] = ()) -> None:
        import ray  # here, before other threads import what it needs too

        self.workers, self.started = workers, time.monotonic()
        self.error: Exception | None = None
        self._init: Callable[..., object] = ray.init
        self._ready, self._ended = threading.Event(), threading.Event()
        for name, value in VARIABLES.items():
            os.environ.setdefault(name, value)
        if preload and (workers or os.cpu_count() or 1) <= PRELOAD_CPUS:
            os.environ.setdefault(PRELOAD, ",".join(preload))
        # Linux ends Ray's processes with the thread that started them: so it stays until the session ends.
        threading.Thread(target=self._run, name="ray", daemon=True).start()

    def _run(self) -> None:
        try:
            with _few_processes():
                # "local" starts a new one; without it Ray joins whatever cluster once ran on this machine.
                self._init(
                    address="local",
                    num_cpus=self.workers,
                    include_dashboard=False,
                    object_store_memory=STORE_BYTES,
                    **QUIET,
                )
        except Exception as e:  # Ray raises bare Exception, too, when its processes do not start in time
            self.error = e
        finally:
            self._ready.set()
        self._ended.wait()

    def wait(self) -> None:
        """Return when Ray runs; raise its error where it does not start."""
        self._ready.wait()
        if self.error is not None:
            raise self.error

    def end(self) -> None:
        """End the session, whatever has become of it. A second call does nothing."""
        import ray

        if not self._ended.is_set():
            self._ready.wait()
            ray.shutdown()
            self._ended.set()


@contextmanager
def _few_processes() -> Iterator[None]:
    """Within the `with`, a node that `ray.init` starts has the processes of a node without people who watch it.

    Its parts are no public interface of Ray, whose version is pinned; where they are not as here, Ray starts them all.
    """
    from ray._private import node

    whole: Any = node.Node
    if not hasattr(whole, "start_api_server"):
        yield
        return

    class Node(whole):
        def __init__(self, ray_params: Any, *rest: Any, **options: Any) -> None:
            ray_params.no_monitor, ray_params.include_log_monitor = True, False
            super().__init__(ray_params, *rest, **options)

        def start_api_server(self, **_: Any) -> None:
            self._webui_url = ""

    node.Node = Node  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield
    finally:
        node.Node = whole
