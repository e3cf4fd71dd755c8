"""A job from the first file to the published dataset, stage by stage, doing only what is not done."""

import contextlib
import functools
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from corpusmill.cluster import faultpoint, lease, lifecycle, reach
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, StorageError
from corpusmill.operators.contract import Reader
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution import interrupts
from corpusmill.pipeline.execution.progress import Display, counted
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_units import quiet
from corpusmill.pipeline.files.workspace_layout import FUNNEL
from corpusmill.pipeline.inputs.as_written import AsWritten
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight import folders
from corpusmill.pipeline.preflight.file_remarks import file_remarks
from corpusmill.pipeline.preflight.skipped_steps import skipped_steps
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.run.doubled import doubled
from corpusmill.pipeline.run.explain import files_of, remember
from corpusmill.pipeline.run.provenance import provenance
from corpusmill.pipeline.run.stages import remembered, run_stages
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.compiling import Compiling
from corpusmill.pipeline.stages.ingest import vanished_files as kept
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.ingest.unreadable import Lost
from corpusmill.pipeline.stages.publish.stage import PublishStage
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.workspace import inventory, sweep, withheld


@dataclass(frozen=True)
class Options:
    """How a job is run, apart from what it makes.

    address: of a Ray cluster (`auto`, `HOST:PORT`); null: this machine, with `workers` CPUs (null: all).
    update: process only new and changed inputs, as `corpusmill update` does.
    replace: the output may hold the dataset of another job, which is replaced.
    """

    address: str | None = None  # of a Ray cluster; None: this machine
    workers: int | None = None  # CPUs on this machine; None: all
    update: bool = False  # new and changed inputs become a run of their own, after what is published
    replace: bool = False  # the dataset of another job, where one lies in the output
    written: AsWritten = field(default_factory=AsWritten)  # what the job file writes for its addresses
    look: bool = True  # at the inputs; else the run is about what the last one was about, less what is withheld since

    def __post_init__(self) -> None:
        if self.address is not None and self.workers is not None:
            told = (
                "--workers is about this machine, and with --address the work is done elsewhere: leave out one of them"
            )
            raise InputError([told])


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    funnel: Funnel
    ran: Mapping[str, int]  # units that ran, by stage; none: everything was there already
    seconds: float
    manifest: Mapping[str, Any]
    lost: Lost = field(default_factory=Lost)  # inputs that gave no record

    @property
    def did_nothing(self) -> bool:
        return not any(self.ran.values())


def run_job(spec: JobSpec, options: Options, display: Display) -> Summary:
    """Run every stage that is not done. Errors leave what is committed in place: the same call goes on from there."""
    started = time.monotonic()
    files: list[tuple[InputFile, str, Reader]] = []
    if options.look:
        found = preflight.check_inputs(spec)
        files = preflight.with_readers(spec, found)
        for remark in found.remarks:
            display.line(f"warning: {remark}")
    else:
        preflight.check_resources(spec)
    for warning in (*skipped_steps(spec, files), *file_remarks(spec)):
        display.line(f"warning: {warning}")
    uses = kernel_uses.of_job(spec, {name for _, name, _ in files})
    with opened(spec, options, display, uses) as run:
        return _stages(replace(run, started=started), files, options)


@contextlib.contextmanager
def opened(spec: JobSpec, options: Options, display: Display, uses: Sequence[str] = ()) -> Iterator[Run]:
    """A run that holds its workspace for the length of a `with`; Ray starts when there is something for it to do.

    uses: of kernels (`stages.kernel_uses`); those that this machine has not are compiled while Ray starts.
    """
    folders.check(spec, try_it=True, replace=options.replace)
    workspace, output = Store(spec.workspace, spec.storage), Store(spec.output, spec.storage)
    with contextlib.ExitStack() as open_:
        try:
            held = open_.enter_context(lease.held(workspace))
        except (FileNotFoundError, PermissionError, StorageError) as e:
            raise _unwritable("workspace", spec.workspace, e) from e
        _try_to_write(output)
        yield Run(
            spec=spec,
            workspace=workspace,
            output=output,
            lease=held,
            display=display,
            replace=options.replace,
            ray=_once(lambda: _start(open_, spec, options, [workspace, output], display, uses)),
        )


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


def _stages(run: Run, files: list[tuple[InputFile, str, Reader]], options: Options) -> Summary:
    """Run every stage in order, each on the outcomes of those before it."""
    taken_in = files_of(run.spec)
    look = options.look
    found = inventory.look(run.spec, run.workspace, files, update=options.update) if look else inventory.unchanged(run)
    numbered = kept.settled(run.spec, run.workspace, found)
    for remark in doubled(run.spec, numbered):
        run.display.line(f"warning: {remark}")
    inventory.commit(run, numbered)
    made_how = functools.cache(lambda: provenance(run.spec, numbered.current, run.workspace, taken_in, options.written))
    run = replace(run, provenance=made_how)
    state = State(run.spec, run.workspace, run.output, numbered.current)
    state, by_stage = run_stages(run, state)
    ran = {"inventory": len(numbered.new), **by_stage}
    faultpoint.reached("run.remember")
    published = state.of(PublishStage)
    _remember(state, taken_in, published.funnel)
    seconds, lost = time.monotonic() - run.started, state.of(IngestStage).lost
    return Summary(funnel=published.funnel, ran=ran, seconds=seconds, manifest=published.manifest, lost=lost)


def _remember(state: State, taken_in: Mapping[str, str], found: Funnel) -> None:
    """Write what the next comparison and the next clean go by: the job, the funnel, all that the dataset rests on."""
    remember(state.workspace, state.spec, taken_in)
    state.workspace.publish_changed(FUNNEL, json.dumps(found.to_json()).encode())
    sweep.remember(state.workspace, taken_out=[withheld.state(state.workspace)], **remembered(state))


def _start(
    open_: contextlib.ExitStack,
    spec: JobSpec,
    options: Options,
    stores: list[Store],
    display: Display,
    uses: Sequence[str],
) -> int:
    """Start Ray or join it; the number of CPUs. The nodes of a cluster compile for themselves what they have not."""
    compiling = Compiling(() if options.address else uses, display)
    setup = "corpusmill.pipeline.execution.process.prepare"
    where = f"joining the Ray cluster at {options.address}" if options.address else "starting Ray on this machine"
    display.line(f"{where} (some seconds; longer on a busy machine)")
    session = lifecycle.session(address=options.address, workers=options.workers, worker_setup=setup)
    cpus = open_.enter_context(session)
    interrupts.as_exceptions()
    quiet()
    if options.address is not None:
        preflight.check_versions(spec)
        preflight.check_stores(stores)
    compiling.finish()
    display.line(f"Ray is ready: {counted(cpus, 'CPU')} on {counted(lifecycle.nodes(), 'node')}")
    return cpus


def _once(start: Callable[[], int]) -> Callable[[], int]:
    """`start`, called the first time only."""
    found: list[int] = []

    def call() -> int:
        if not found:
            found.append(start())
        return found[0]

    return call
