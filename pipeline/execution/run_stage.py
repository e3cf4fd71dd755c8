"""How a stage of many units runs and resumes: what is committed is never done again, what fails is told by name.

A unit's marker `units/STAGE/NAME.json` is written last and holds its counts; outputs without a marker do not exist for
anybody. When all units are done, `manifests/STAGE-FINGERPRINT.json` names them: a later run reads that one file.
"""

import contextlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypedDict, TypeVar

from corpusmill.cluster import faultpoint, scratch
from corpusmill.cluster.storage import Store
from corpusmill.errors import AccountingError, StageFailed
from corpusmill.pipeline.config.base.causes import by_cause, cause
from corpusmill.pipeline.events.counts import OUTSTANDING
from corpusmill.pipeline.execution import faulty_machines, machine_faults
from corpusmill.pipeline.execution.measured import Measured, split
from corpusmill.pipeline.execution.outcomes import Done, Failed, U, Unit
from corpusmill.pipeline.execution.phases import Advance, Runner, Show
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_units import DEATHS, run_here, run_units
from corpusmill.pipeline.execution.tally import Sums, Tally
from corpusmill.pipeline.execution.versions import with_same
from corpusmill.pipeline.files import markers
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.kernels import compile as kernels

Counts = Mapping[str, Any]
C = TypeVar("C", bound=Counts)
C_co = TypeVar("C_co", bound=Counts, covariant=True)
NO_FILES: Mapping[str, Path | bytes] = {}
CAUSES_SHOWN = 20
FOUND_ISOLATED = ("WorkerDied", "FilesFailed")  # what a unit that runs isolated fails with for good


class Tallied(TypedDict, total=False):
    """What a unit returns may hold a tally: the stage adds it to its own, and no other stage reads it."""

    tally: list[list[Any]]


@dataclass(frozen=True)
class Result(Generic[C_co]):
    """The counts of every unit of a stage, by unit name, in the order the units were given; their tallies as one."""

    stage: str
    counts: Mapping[str, C_co]
    tally: Tally
    ran: int  # units that ran just now; the others were committed before
    failed: Sequence[Failed] = ()


def run_stage(
    run: Run,
    stage: str,
    units: Sequence[U],
    task: Callable[[U], C],
    *,
    memory_bytes: int | None = None,
    uses: Callable[[U], str] | None = None,
    isolated: Callable[[Unit], Unit] | None = None,
    here: bool = False,
) -> Result[C]:
    """Run those of `units` (each with a "name" that says all that decides its output) that are not committed yet.

    uses: the use of kernels (`pipeline.kernels.compile`) that a unit makes, to say so when they are yet to be compiled.
    isolated: the unit to run in place of one whose worker died, under the same name; units that failed all the same are
    left out of the result and listed in it. null: it is tried as others are, and those that failed raise StageFailed.
    here: in this process, one after another: for units that are so small that a cluster has nothing to add to them.
    """
    names = [str(u["name"]) for u in units]
    if (known := finished(run.workspace, stage, names)) is not None:
        return known
    found = committed(run.workspace, stage, set(names))
    missing = [u for u in units if u["name"] not in found.counts]
    failed: list[Failed] = []
    if missing:
        if not here:
            run.ray()
        if uses is not None:
            kernels.announce({uses(u) for u in missing}, run.display.line)
        if here:
            running = run_here(missing, Measured(task, stage, here=True))
        else:
            to_run, remark = Measured(with_same(task, run.spec), stage), faulty_machines.remarks(run, stage)
            running = _run_units(run, missing, to_run, memory_bytes, isolated, remark)
        with closing(running) as outcomes:
            failed = _take(run, stage, missing, outcomes, found)
    if failed and isolated is None:
        raise StageFailed(failures_in_words(stage, failed))
    counts = {name: found.counts[name] for name in names if name in found.counts}
    if not failed:
        run.lease.check()
        faultpoint.reached(f"{stage}.manifest")
        content = {"units": counts, "tally": found.tally.to_json()}
        run.workspace.publish(manifest_of(stage, names), json.dumps(content, sort_keys=True).encode())
    return Result(stage, counts, found.tally, ran=len(missing) - len(failed), failed=failed)


def _take(run: Run, stage: str, units: Sequence[Unit], outcomes: Iterable[Done | Failed], found: Sums) -> list[Failed]:
    """Take the outcomes of these units as they come, into `found` what was done; gives those that failed."""
    failed, causes = list[Failed](), set[str]()
    open_ = {str(u["name"]): label(u) for u in units}
    with run.display.stage(stage, len(units)) as bar:
        for outcome in outcomes:
            open_.pop(str(outcome.unit["name"]), None)
            if isinstance(outcome, Done):
                counts, measured = split(outcome.counts)
                found.take(str(outcome.unit["name"]), counts)
                run.events.unit_done(stage, label(outcome.unit), measured, counts)
                bar.advance(documents=counts.get("documents", 0), size_bytes=counts.get("read_bytes", 0))
            else:
                refuse_loss(outcome)
                if (why := cause_of(outcome)) not in causes:  # the others are counted when the stage ends
                    run.display.line(f"{stage}: {label(outcome.unit)} failed: {outcome.error}")
                causes.add(why)
                failed.append(outcome)
                run.events.unit_failed(stage, label(outcome.unit), reason=why, error=outcome.error)
            if len(open_) <= OUTSTANDING:
                run.events.outstanding(stage, [*open_.values()])
    return failed


def _run_units(
    run: Run,
    units: Sequence[Unit],
    task: Callable[[Any], Counts],
    memory_bytes: int | None,
    isolated: Callable[[Unit], Unit] | None,
    remark: Callable[[str], None] = lambda _: None,
) -> Generator[Done | Failed, None, None]:
    """Outcomes of all units, the largest begun first; those whose worker died are run once more, isolated.

    remark: is called with a sentence about each machine that is avoided.
    """
    order = sorted(units, key=lambda u: -int(u.get("size_bytes", 0)))
    if isolated is None:
        yield from run_units(order, task, memory_bytes=memory_bytes, remark=remark)
        return
    dead: list[Unit] = []
    with closing(run_units(order, task, memory_bytes=memory_bytes, final=DEATHS, remark=remark)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, Failed) and outcome.kind in DEATHS:
                run.display.line(f"{label(outcome.unit)}: {outcome.error}; looking for the document that ends it")
                dead.append(isolated(outcome.unit))
            else:
                yield outcome
    if dead:
        final = (*DEATHS, *FOUND_ISOLATED)
        yield from run_units(dead, task, memory_bytes=memory_bytes, final=final, remark=remark)


def manifest_of(stage: str, names: Sequence[str]) -> str:
    """Where the manifest of these units lies, once all of them are done."""
    return f"manifests/{stage}-{digest(list(names))}.json"


def finished(workspace: Store, stage: str, names: Sequence[str]) -> Result[Any] | None:
    """The result of these units from their manifest; None when there is none yet."""
    known = stage_manifest(workspace, manifest_of(stage, names))
    if known is None:
        return None
    return Result(stage, {name: known["units"][name] for name in names}, Tally.from_json(known["tally"]), ran=0)


def everything(workspace: Store, stage: str, names: Sequence[str]) -> Result[Any] | None:
    """The result of these units, if all of them are committed, though their manifest may not be; else None."""
    if (known := finished(workspace, stage, names)) is not None:
        return known
    found = committed(workspace, stage, set(names))
    if len(found.counts) < len(set(names)):
        return None
    return Result(stage, {name: found.counts[name] for name in names}, found.tally, ran=0)


def rests_on(result: Result[Any]) -> list[str]:
    """The names of a result's units and of their manifest, which `clean` keeps as long as a run rests on them."""
    return [*result.counts, digest(list(result.counts))]


def runner(run: Run, stage: str, memory_bytes: int) -> Runner:
    """Runs the units of phases on Ray; one that fails every try ends the stage."""

    def go(units: Sequence[Unit], task: Callable[[Any], Counts]) -> Generator[Counts, None, None]:
        run.ray()
        failed: list[Failed] = []
        to_run = Measured(with_same(task, run.spec), stage)
        running = run_units(units, to_run, memory_bytes=memory_bytes, remark=faulty_machines.remarks(run, stage))
        with closing(running) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, Failed):
                    refuse_loss(outcome)
                    failed.append(outcome)
                    run.events.unit_failed(stage, label(outcome.unit), reason=cause_of(outcome), error=outcome.error)
                else:
                    counts, measured = split(outcome.counts)
                    run.events.unit_done(stage, label(outcome.unit), measured, {})
                    yield counts
        if failed:
            raise StageFailed(failures_in_words(stage, failed))

    return go


def phases_of(run: Run, stage: str) -> Show:
    """Shows the phases of a stage as bars, and in the log as a line for each that takes seconds."""

    @contextmanager
    def show(phase: str, total: int) -> Iterator[Advance]:
        with run.display.stage(f"{stage} {phase}", total, brief=True) as bar:
            yield bar.advance

    return show


def commit_unit(workspace: Store, stage: str, name: str, counts: C, files: Mapping[str, Path | bytes] = NO_FILES) -> C:
    """Write a unit's outputs, then its marker: from here on it is done.

    files: its outputs in the workspace by name, as local files or as bytes.
    """
    with contextlib.ExitStack() as open_:
        paths = {n: file for n, file in files.items() if isinstance(file, Path)}
        if len(paths) < len(files):
            folder = open_.enter_context(scratch.folder())
            for number, (published, content) in enumerate(files.items()):
                if isinstance(content, bytes):
                    paths[published] = folder / str(number)
                    paths[published].write_bytes(content)
        return markers.write_unit(
            workspace, f"units/{stage}", name, counts, paths, reached=lambda: faultpoint.reached(f"{stage}.commit")
        )


def committed_unit(workspace: Store, stage: str, name: str) -> Counts | None:
    """What one unit gave; None when it is not done."""
    return markers.read_unit(workspace, f"units/{stage}", name)


def committed(workspace: Store, stage: str, names: set[str]) -> Sums:
    """What those units gave that have a marker."""
    found = Sums()
    for name, counts in markers.written(workspace, f"units/{stage}", names):
        found.take(name, counts)
    return found


def stage_manifest(workspace: Store, name: str) -> Mapping[str, Any] | None:
    """What a finished stage found; None when there is none, or its writing was cut off."""
    return markers.read(workspace, name)


def refuse_loss(failed: Failed) -> None:
    """Raise AccountingError where a unit's rows did not add up: no job allows to go on without them."""
    if failed.lost_rows:
        raise AccountingError(f"{label(failed.unit)}: {failed.error}\n{failed.details}")


def label(unit: Unit) -> str:
    """What a person calls the unit: its file, where it has one."""
    return str(unit.get("uri") or unit["name"])


def cause_of(failed: Failed) -> str:
    """The same for units that failed for the same cause."""
    return cause(label(failed.unit), failed.error)


def failures_in_words(stage: str, failed: Sequence[Failed]) -> str:
    """All failed units in one message, a line a cause, the first error in full."""
    lines = [f"  {line}" for line in by_cause((label(f.unit), f"{label(f.unit)}: {f.error}") for f in failed)]
    more = [f"  and {len(lines) - CAUSES_SHOWN} more causes"] if len(lines) > CAUSES_SHOWN else []
    shown = "\n".join([*lines[:CAUSES_SHOWN], *more])
    units = counted(len(failed), "unit")
    if all(f.kind == machine_faults.KIND for f in failed):
        return (
            f"{stage}: {units} failed after every try, by the fault of machines and not of files; what "
            f"succeeded is kept: put these machines right, or take them out, and run the same command again\n{shown}"
        )
    return (
        f"{stage}: {units} failed after every try; what succeeded is kept, run again to try the rest, or "
        f"set `on_failure: continue` to publish without them\n{shown}\n{failed[0].details}"
    )
