"""Phases: a row of steps inside a stage, each of units that run here or on the cluster and resume by their markers.

A marker `FOLDER/PHASE/NAME.json` holds what the unit returned. Small phases run in this process: the cluster has
nothing to add to them. What is left of a folder when its stage is done is nobody's, and is deleted.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.exchange.planning import UNIT_BYTES
from corpusmill.pipeline.files import markers

Unit = Mapping[str, Any]  # each phase declares its own as a TypedDict beside its task, and what a unit returns
U = TypeVar("U", bound=Unit)
R = TypeVar("R", bound=Mapping[str, Any])
Runner = Callable[[Sequence[Unit], Callable[[Any], Mapping[str, Any]]], Iterator[Mapping[str, Any]]]


BUNDLE_EVERY_S = 5.0  # of work in this process that a crash may cost


def nothing() -> None:
    """What most work needs before it."""


Advance = Callable[[], object]  # called after each unit of a phase
Show = Callable[[str, int], contextlib.AbstractContextManager[Advance]]  # a phase and its number of units


def unseen(name: str, total: int) -> contextlib.AbstractContextManager[Advance]:
    """Shows nothing of a phase."""
    return contextlib.nullcontext(nothing)


@dataclass(frozen=True, kw_only=True)
class Work:
    """Where the phases of one piece of work write, and how their units run.

    folder: of this work alone; run: units on the cluster, results in any order, an exception when one fails
    for good; unit_bytes: about what a unit holds in memory; before: called before each unit, where it runs;
    show: shows how far a phase is.
    """

    store: Store
    folder: str
    run: Runner
    unit_bytes: int = UNIT_BYTES
    before: Callable[[], object] = nothing
    show: Show = unseen

    def phase(self, name: str, units: Sequence[U], task: Callable[[Store, str, U], R], *, size_bytes: int) -> list[R]:
        """What each unit returned, in the order of `units`. Each has a "name", unique in the phase.

        task: called with the store, the phase's folder and the unit; writes under that folder; gives JSON.
        size_bytes: all that the units read; up to one unit's worth runs here, one after another.
        """
        folder = f"{self.folder}/{name}"
        found: dict[str, Any] = dict(markers.written(self.store, folder, {str(u["name"]) for u in units}))
        missing = [u for u in units if u["name"] not in found]
        one = functools.partial(run_one, self.store, folder, task, self.before)
        if missing:
            here = len(units) == 1 or size_bytes <= self.unit_bytes
            with self.show(name, len(missing)) as advance:
                for done in self._here(folder, task, missing) if here else self.run(missing, one):
                    found[done["name"]] = done["result"]
                    advance()
        return [found[str(u["name"])] for u in units]

    def _here(self, folder: str, task: Callable[[Store, str, U], R], units: Sequence[U]) -> Iterator[Mapping[str, Any]]:
        """Run units in this process; their markers are written together, every few seconds and at the end."""
        waiting: dict[str, Mapping[str, Any]] = {}
        written = time.monotonic()
        for unit in units:
            self.before()
            result = task(self.store, folder, unit)
            reached(folder)
            waiting[str(unit["name"])] = result
            if time.monotonic() - written > BUNDLE_EVERY_S:
                markers.write_together(self.store, folder, waiting)
                waiting, written = {}, time.monotonic()
            yield {"name": unit["name"], "result": markers.as_read(result)}
        if waiting:
            markers.write_together(self.store, folder, waiting)


def reached(folder: str) -> None:
    """Pass the place where a test may end a phase: dedup.buckets, dedup.near, ..."""
    faultpoint.reached(f"{folder.partition('/')[0]}.{folder.rpartition('/')[2]}")


def run_one(
    store: Store, folder: str, task: Callable[[Store, str, U], R], before: Callable[[], object], unit: U
) -> Mapping[str, Any]:
    """Run a unit and write its marker; gives its name and its result."""
    before()
    result = task(store, folder, unit)
    reached(folder)
    return {"name": unit["name"], "result": markers.write(store, folder, str(unit["name"]), result)}
