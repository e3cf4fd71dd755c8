"""Defines what a stage of a job is, and the state that one stage passes to the next.

`pipeline.run.stages` lists all of them in order. Running, planning, resuming, cleaning and counting are loops over that
list, so that a plan shows exactly what a run does.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.funnel_of_stages import Counted, funnel
from corpusmill.pipeline.workspace.shards import Shard

Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class State:
    """A job, its two stores, the shards of input it is about, and the outcome of every stage so far, in order."""

    spec: JobSpec
    workspace: Store
    output: Store
    shards: Sequence[Shard]
    done: "tuple[Done[Any], ...]" = ()

    def of(self, stage: "type[Stage[Outcome]]") -> Outcome:
        """The outcome of an earlier stage. KeyError where it is not among those that are done."""
        for each in self.done:
            if isinstance(each.stage, stage):
                return each.outcome
        raise KeyError(f"stage {stage.name!r} is not done: {[each.stage.name for each in self.done]}")

    def funnel(self) -> Funnel:
        """Count what every stage so far passed on and lost."""
        return funnel(each.stage.counted(each.outcome, self) for each in self.done)

    def extended(self, stage: "Stage[Outcome]", outcome: Outcome) -> "State":
        """This state and the outcome of one more stage; an earlier one of the same stage is replaced."""
        if any(type(each.stage) is type(stage) for each in self.done):
            done = [Done(stage, outcome) if type(each.stage) is type(stage) else each for each in self.done]
        else:
            done = [*self.done, Done(stage, outcome)]
        return replace(self, done=tuple(done))


@dataclass(frozen=True, kw_only=True)
class Status(Generic[Outcome]):
    """How far a stage is. outcome: null where a run would find something to do.

    committed: of its units; null where the stage has not several. lines: what `plan` says of it, in words.
    """

    outcome: Outcome | None
    committed: int | None = None
    lines: Sequence[str] = ()


class Stage(ABC, Generic[Outcome]):
    """One stage of a job. Its units, or its result as a whole, are named by the content of all that decides them."""

    name: ClassVar[str]
    folders: ClassVar[tuple[str, ...]] = ()  # of the workspace, that it alone writes; `clean` sweeps them

    @abstractmethod
    def look(self, state: State) -> Status[Outcome]:
        """Find out how far the stage is, from names and manifests alone: no data is read and nothing is written."""

    @abstractmethod
    def run(self, run: Run, state: State) -> Outcome:
        """Do what is not done yet, and give the same outcome as `look` does from then on."""

    def takes_part(self, spec: JobSpec) -> bool:
        """Whether `plan` names the stage for this job."""
        return True

    def ran(self, outcome: Outcome) -> Mapping[str, int]:
        """Count the units that ran just now, by the name under which a summary shows them."""
        return {self.name: getattr(outcome, "ran", 0)}

    def remarks(self, outcome: Outcome) -> Iterator[str]:
        """Yield what a person should see of the outcome while the run goes on."""
        yield from ()

    def counted(self, outcome: Outcome, state: State) -> Counted:
        """Give what it adds to the funnel. state: as the stage found it, or later."""
        return Counted()

    def in_manifest(self, outcome: Outcome) -> Mapping[str, Any]:
        """Give the entries that it adds to the manifest of the dataset."""
        return {}

    def remembers(self, outcome: Outcome) -> Mapping[str, Iterable[str | int]]:
        """List what a finished run rests on, see `workspace.sweep.remember`: "names" are kept by `clean`."""
        return {}

    def begun(self, state: State) -> set[str]:
        """List what a later run of this job would use although no run has finished with it, by name."""
        return set()


@dataclass(frozen=True)
class Done(Generic[Outcome]):
    """A stage and its outcome."""

    stage: Stage[Outcome]
    outcome: Outcome
