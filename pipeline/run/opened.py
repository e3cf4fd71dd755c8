"""Opens a run: its workspace is held, its events are written, Ray starts when there is something for it to do."""

import contextlib
import functools
import os
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from corpusmill.cluster import bundled, lease, lifecycle, metrics, patience, reach, scratch
from corpusmill.cluster.storage import Store
from corpusmill.errors import ExitCode, InputError, StorageError
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.execution import interrupts
from corpusmill.pipeline.execution.progress import Display, counted
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight import folders
from corpusmill.pipeline.run import ray_ahead, watched
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.stages.compiling import Compiling

GIVE_BACK_S = 20.0  # a guess: for the last requests to the store of a process that has lost its cluster


@contextlib.contextmanager
def opened(spec: JobSpec, options: Options, display: Display, uses: Sequence[str] = ()) -> Iterator[Run]:
    """A run that holds its workspace for the length of a `with`; Ray starts when there is something for it to do.

    uses: of kernels (`stages.kernel_uses`); those that this machine has not are compiled while Ray starts.
    """
    folders.check(spec, try_it=True, replace=options.replace)
    if swept := scratch.sweep():
        display.line(f"{counted(swept, 'temporary folder')} of processes that were killed: removed")
    workspace, output = Store(spec.workspace, spec.storage), Store(spec.output, spec.storage)
    bundled.keep_only(workspace, output)
    with contextlib.ExitStack() as open_:
        try:
            held = open_.enter_context(lease.held(workspace, display.line, interrupts.terminate))
        except (FileNotFoundError, PermissionError, StorageError) as e:
            raise _unwritable("workspace", spec.workspace, e) from e
        _try_to_write(output)
        events = open_.enter_context(watched.recorded(workspace, held, facts_of(spec, options), display))
        open_.enter_context(patience.allowed(spec.store_patience, display.line))
        yield Run(
            spec=spec,
            workspace=workspace,
            output=output,
            lease=held,
            display=display,
            replace=options.replace,
            events=events,
            ray=_once(lambda: _start(open_, spec, options, [workspace, output], display, events, held, uses)),
        )


def facts_of(spec: JobSpec, options: Options) -> Mapping[str, Any]:
    """What a run is, for those who watch it."""
    kind = options.kind or ("update" if options.update else "run")
    sample = {
        "sample_documents": spec.sample.documents,
        "sample_inputs": spec.sample.inputs,
        "limit": spec.sample.limit,
    }
    return {"job": spec.name, "kind": kind, "slot": options.slot, "output": spec.output, **sample}


def _try_to_write(output: Store) -> None:
    """InputError when nothing can be written to an output in a store: a bucket that is not there would be found last.

    Whether a local folder can be made is known already, and it is not made before there is something for it.
    """
    if output.is_local:
        return
    name = f"{reach.PREFIX}{uuid.uuid4().hex}"
    try:
        output.publish(name, b"")
        output.delete(name)
    except (FileNotFoundError, PermissionError, StorageError) as e:
        raise _unwritable("output", output.url, e) from e


def _unwritable(key: str, url: str, error: OSError) -> InputError:
    return InputError([InJob((key,), f"{url} cannot be written to: {error}; check the address and the credentials")])


def _start(
    open_: contextlib.ExitStack,
    spec: JobSpec,
    options: Options,
    stores: list[Store],
    display: Display,
    events: Recorder,
    held: lease.Lease,
    uses: Sequence[str],
) -> int:
    """Start Ray or join it; the number of CPUs. The nodes of a cluster compile for themselves what they have not."""
    compiling = Compiling(() if options.address else uses, display)
    setup = "corpusmill.pipeline.execution.process.prepare"
    where = f"joining the Ray cluster at {options.address}" if options.address else "starting Ray on this machine"
    display.line(f"{where} (some seconds; longer on a busy machine)")
    lost = functools.partial(_end_without_head, held, events)
    session = lifecycle.session(
        address=options.address,
        workers=options.workers,
        worker_setup=setup,
        lost=lost,
        begun=options.begun,
        preload=ray_ahead.PRELOAD,
    )
    cpus = open_.enter_context(session)
    interrupts.as_exceptions()
    if options.address is not None:
        preflight.check_versions(spec)
        preflight.check_stores(stores)
    compiling.finish()
    display.line(f"Ray is ready: {counted(cpus, 'CPU')} on {counted(lifecycle.nodes(), 'node')}")
    events.facts |= {"cpus": cpus, "nodes": lifecycle.nodes()}
    events.write("ray.ready", cpus=cpus, nodes=lifecycle.nodes())
    exported = metrics.StageMetrics(spec.name)
    display.watchers.append(exported)
    events.listeners.append(exported)
    open_.callback(display.watchers.remove, exported)
    return cpus


def _end_without_head(held: lease.Lease, events: Recorder, message: str) -> None:
    """End this process, as Ray would: the threads that wait for the cluster cannot be reached."""
    print(f"corpusmill: {message}", file=sys.stderr, flush=True)

    def give_back() -> None:
        watched.failed(events, message)
        lease.give_back(held)

    last = threading.Thread(target=give_back, daemon=True)  # a store that is away too must not keep the process
    last.start()
    last.join(GIVE_BACK_S)
    os._exit(ExitCode.FAILED)


def _once(start: Callable[[], int]) -> Callable[[], int]:
    """`start`, called the first time only."""
    found: list[int] = []

    def call() -> int:
        if not found:
            found.append(start())
        return found[0]

    return call
