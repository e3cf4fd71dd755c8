"""Small answers from many units: read light columns of each, combine in groups on the workers, then here.

Few units are read where the run is, without Ray; many go to workers in groups, each group's answer one file. Where
there are many groups, workers add their answers up, group by group, so that few come here, one at a time.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import commit_unit, run_stage
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import read_table

GROUP_UNITS = 64  # units, or answers, that one task takes after each other
HERE_DOCUMENTS = 2_000_000  # of so many documents the light columns are read in seconds; a guess


class Read(Protocol):
    """What is asked of the units."""

    def __call__(self, workspace: Store, units: Sequence[str], /) -> pa.Table:
        """The answer of some units; holds one of them at a time."""
        ...

    def add(self, tables: Iterable[pa.Table], /) -> pa.Table:
        """The answer of all the units of some answers, in any order; holds few of them at a time."""
        ...


class GroupUnit(TypedDict):
    """Some units, and the name of their answer."""

    name: str
    units: list[str]


class AddUnit(TypedDict):
    """The answers of some groups, and the name of their sum."""

    name: str
    answers: list[str]


@dataclass(frozen=True)
class GroupTask:
    """Runs `read` on a group of units and writes the table it gives; travels to the workers."""

    workspace: Store
    stage: str
    read: Read

    def __call__(self, unit: GroupUnit) -> Mapping[str, int]:
        return _commit(self.workspace, self.stage, unit["name"], self.read(self.workspace, unit["units"]))


@dataclass(frozen=True)
class AddTask:
    """Adds up the answers of a group of groups; travels to the workers."""

    workspace: Store
    stage: str
    read: Read

    def __call__(self, unit: AddUnit) -> Mapping[str, int]:
        answer = self.read.add(_answers(self.workspace, unit["answers"]))
        return _commit(self.workspace, self.stage, unit["name"], answer)


def groups_of(units: Sequence[str]) -> list[list[str]]:
    """Units, or answers, as tasks take them."""
    return [list(units[i : i + GROUP_UNITS]) for i in range(0, len(units), GROUP_UNITS)]


def read_groups(
    run: Run, stage: str, units: Sequence[str], read: Read, *, documents: int, decides: str
) -> Iterator[pa.Table]:
    """At most GROUP_UNITS answers, which together are that of all units, one at a time.

    decides: changes with whatever else decides what `read` gives.
    """
    groups = groups_of(units)
    if documents <= HERE_DOCUMENTS:
        yield from (read(run.workspace, group) for group in groups)
        return
    work: list[GroupUnit] = [{"name": digest(stage, decides, group), "units": group} for group in groups]
    run_stage(run, stage, work, GroupTask(run.workspace, stage, read))
    names = [unit["name"] for unit in work]
    while len(names) > GROUP_UNITS:
        added: list[AddUnit] = [
            {"name": digest(stage, decides, "added", group), "answers": group} for group in groups_of(names)
        ]
        run_stage(run, stage, added, AddTask(run.workspace, stage, read))
        names = [unit["name"] for unit in added]
    yield from _answers(run.workspace, names)


def _answers(workspace: Store, names: Sequence[str]) -> Iterator[pa.Table]:
    return (read_table(io.BytesIO(workspace.read(f"groups/{name}.parquet"))) for name in names)


def _commit(workspace: Store, stage: str, name: str, answer: pa.Table) -> Mapping[str, int]:
    out = io.BytesIO()
    pq.write_table(answer, out, compression="zstd")
    return commit_unit(workspace, stage, name, {}, {f"groups/{name}.parquet": out.getvalue()})
