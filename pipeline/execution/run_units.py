"""Run work units on Ray Data: in waves, each unit on its own, a failure a row and never an exception.

A unit is a small JSON-able mapping; running it writes its outputs under deterministic names and returns a small mapping
of counts. Ray Data moves nothing else, so the driver's memory does not follow the corpus. In a session that this
process started, on this machine alone, units are plain tasks (`local_tasks`).

Ray Data is imported where it runs: that takes a second, and `plan` and `inspect` name units but run none.
"""

import bisect
import json
import logging
import queue
import threading
import time
import warnings
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import pyarrow as pa

from corpusmill.cluster import lifecycle, patience
from corpusmill.errors import StoreUnavailable, UnitsNotRun
from corpusmill.pipeline.execution import machine_faults
from corpusmill.pipeline.execution.faulty_machines import FaultyMachines, Where
from corpusmill.pipeline.execution.local_tasks import run_as_tasks
from corpusmill.pipeline.execution.outcomes import Done, Failed, Run, U, Unit, attempt, outcome_of, row_of
from corpusmill.pipeline.execution.wave_rules import LastUnits, next_wave_at, wave_size

TRIES = 3
DEATHS = ("WorkerCrashedError", "OutOfMemoryError")  # kinds of failures that one document may be the cause of
WORKER_DEATHS = 3  # Ray Data's default is without end: a unit that kills its worker would be run for ever
LOOK_S = 30.0  # between looks for machines that units may run on, where some are avoided
END_S = 10.0  # a wave ends within a step of Ray Data's loop (0.1 s) and the 2 s that Ray Data then waits for it


def run_units(
    units: Sequence[U],
    run: Callable[[U], Mapping[str, Any]],
    *,
    memory_bytes: int | None = None,
    final: Collection[str] = (),
    remark: Callable[[str], None] = lambda _: None,
) -> Generator[Done | Failed, None, None]:
    """Each unit's outcome, in the order they end. One that fails is tried again, up to `TRIES` times in all, where Ray
    finds room: perhaps on the same machine, but on others where it was the machine's own fault. UnitsNotRun when Ray
    itself fails, StoreUnavailable when a unit has waited for a store as long as it may: others would wait as long.
    final: kinds of failures that are not tried again. remark: is called with a sentence about each machine that is
    avoided.

    Close it (`contextlib.closing`) before Ray is shut down: what still runs in the background would start Ray anew.
    """
    tries = dict.fromkeys(range(len(units)), 0)
    silent_since: dict[int, float] = {}
    faulty = FaultyMachines(remark)
    waiting = list(range(len(units)))
    while waiting:
        again: list[int] = []
        with closing(_waves(waiting, units, run, memory_bytes, faulty)) as outcomes:
            for index, outcome in outcomes:
                _require_store(outcome)
                faulty.note(outcome)
                if isinstance(outcome, Failed) and outcome.passes:
                    since = silent_since.setdefault(index, time.monotonic())
                    if time.monotonic() - since < patience.patience_s():  # its next try waits for the store
                        again.append(index)
                        continue
                tries[index] += 1
                final_ = isinstance(outcome, Failed) and (outcome.lost_rows or outcome.kind in final)
                if isinstance(outcome, Failed) and tries[index] < TRIES and not final_:
                    again.append(index)
                else:
                    yield outcome
        waiting, faulty.least = again, 1


def run_here(units: Sequence[Unit], run: Run) -> Generator[Done | Failed, None, None]:
    """Each unit's outcome, run in this process one after another; an error is a failure as it is on a worker.

    One that may pass is tried again, up to `TRIES` times in all.
    """
    for unit in units:
        outcome = attempt(unit, run)
        for _ in range(TRIES - 1):
            if not isinstance(outcome, Failed) or not outcome.passes:
                break
            _require_store(outcome)
            outcome = attempt(unit, run)
        _require_store(outcome)
        yield outcome


def _require_store(outcome: Done | Failed) -> None:
    """Raise StoreUnavailable where a unit has waited for a store as long as it may."""
    if isinstance(outcome, Failed) and outcome.kind == StoreUnavailable.__name__:
        raise StoreUnavailable(outcome.error.removeprefix(f"{outcome.kind}: "))


def _waves(
    indices: list[int], units: Sequence[Unit], run: Run, memory_bytes: int | None, faulty: FaultyMachines
) -> Generator[tuple[int, Done | Failed], None, None]:
    """Outcomes of all these units; at most two waves run at once, the second while the first one's stragglers end.

    On several machines the last units are begun a second time when they take longer than nearly all others took, a few
    stragglers among these changing nothing: the first copy that is done counts. Both write the same bytes under the
    same names.
    """
    outcomes: queue.Queue[tuple[int, Done | Failed] | UnitsNotRun] = queue.Queue()
    size = wave_size(len(indices), lifecycle.cpus())
    waves = [indices[i : i + size] for i in range(0, len(indices), size)]
    unwanted, threads = threading.Event(), list[threading.Thread]()
    copies: dict[int, int] = {}  # of each unit that is not done: how many of it run
    took: list[float] = []  # seconds of the units that are done, sorted
    last = LastUnits(total=len(indices))
    twice, avoids = False, False

    def begin(wave: list[int]) -> None:
        nonlocal avoids
        for index in wave:
            copies[index] = copies.get(index, 0) + 1
        where = Where(memory_bytes, faulty.label_selector())
        avoids = where.label_selector is not None
        args = (wave, units, run, where, outcomes, unwanted)
        threads.append(threading.Thread(target=_run_wave, args=args, name="wave", daemon=True))
        threads[-1].start()

    try:
        while waves or copies:
            if waves and len(copies) <= next_wave_at(size):
                begin(waves.pop(0))
            rest = None if waves or twice else last.begun_again_in_s(len(copies), took)
            try:
                outcome = outcomes.get(timeout=LOOK_S if avoids and rest is None else rest)
            except queue.Empty:
                if rest is None and faulty.avoided():
                    continue
                twice = True  # also where the machines that units may run on are gone: then on any
                begin(sorted(copies))
                continue
            if isinstance(outcome, UnitsNotRun):
                raise outcome
            index, of_unit = outcome
            if index not in copies:
                continue
            bisect.insort(took, of_unit.seconds)
            copies[index] -= 1
            if isinstance(of_unit, Done) or not copies[index]:
                del copies[index]
                yield outcome
        if twice:
            unwanted.set()  # the slower copies
    except BaseException:  # closing comes as an exception, too
        unwanted.set()
        raise
    finally:
        for thread in threads:
            thread.join(END_S)


def _run_wave(
    wave: list[int],
    units: Sequence[Unit],
    run: Run,
    where: Where,
    outcomes: queue.Queue[tuple[int, Done | Failed] | UnitsNotRun],
    unwanted: threading.Event,
) -> None:
    """One Ray Data execution. A unit that kills its worker ends the execution for all: then each half runs alone.

    Any other error of the execution has nothing to do with a unit: all that is left would meet it, too.
    """
    from ray import exceptions

    lost = (exceptions.WorkerCrashedError, exceptions.NodeDiedError, exceptions.LocalRayletDiedError)
    lost += (exceptions.OutOfMemoryError, exceptions.OutOfDiskError, exceptions.ObjectLostError)
    left = set(wave)
    try:
        for row in _execute([{"index": i, "unit": json.dumps(units[i])} for i in wave], run, where, unwanted):
            left.discard(row["index"])
            outcomes.put((row["index"], outcome_of(units[row["index"]], row)))
        for index in sorted(left):
            error = "Ray Data ended without a word of it"
            outcomes.put((index, Failed(units[index], error, "", kind="NoOutcome")))
    except BaseException as e:
        if unwanted.is_set():
            return
        rest = sorted(left)
        if rest and not isinstance(e, lost):
            outcomes.put(UnitsNotRun(f"Ray could not run the units: {type(e).__name__}: {str(e)[-2000:]}"))
        elif len(rest) == 1:
            error, kind = f"its worker died: {type(e).__name__}", type(e).__name__
            outcomes.put((rest[0], Failed(units[rest[0]], error, str(e)[-2000:], kind=kind)))
        elif rest:
            at = max(1, min(len(rest) // 2, 2 * lifecycle.cpus()))  # those that ran come first: they began in order
            for half in (rest[:at], rest[at:]):
                _run_wave(half, units, run, where, outcomes, unwanted)


def _execute(
    rows: list[Mapping[str, object]], run: Run, where: Where, unwanted: threading.Event
) -> Iterator[Mapping[str, Any]]:
    """The row of each unit (`outcomes.OUTCOME`), in the order they end."""
    if lifecycle.is_local():
        return run_as_tasks(rows, run, where.memory_bytes, unwanted, worker_deaths=WORKER_DEATHS)
    return _on_ray_data(rows, run, where, unwanted)


def _on_ray_data(
    rows: list[Mapping[str, object]], run: Run, where: Where, unwanted: threading.Event
) -> Iterator[Mapping[str, Any]]:
    import ray.data
    from ray.util.annotations import RayDeprecationWarning

    from corpusmill.pipeline.execution.cancelled import end_when

    quiet()

    def run_one(batch: pa.Table) -> pa.Table:
        outcome = attempt(json.loads(batch["unit"][0].as_py()), run)
        if isinstance(outcome, Failed) and outcome.kind == machine_faults.KIND:
            outcome = replace(outcome, node=ray.get_runtime_context().get_node_id())
        return row_of(batch["index"][0].as_py(), outcome)

    with warnings.catch_warnings():
        # Named parameters cover everything but the bound on retries, which is not to be had otherwise in Ray 2.60.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        dataset = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            run_one,  # pyright: ignore[reportArgumentType]  Ray types a function as taking every batch format at once
            batch_format="pyarrow",
            batch_size=1,
            num_cpus=1,
            memory=where.memory_bytes,
            label_selector=where.label_selector,
            max_retries=WORKER_DEATHS,
        )
    end_when(unwanted, dataset)
    yield from dataset.iter_rows()


def quiet() -> None:
    """Leave the terminal to the run's own progress display."""
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = 0  # one errored block would be a silent loss
    logging.getLogger("ray.data").setLevel(logging.ERROR)
