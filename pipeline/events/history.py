"""Reads the events of the runs of a workspace, while they run and after."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.events.counts import StageCounts
from corpusmill.pipeline.events.log import FOLDER
from corpusmill.pipeline.files.json_values import JsonObject

POINTER = "latest"  # a fact of a run that did no more than to put a version in front of readers
SUBMISSION = "submission"  # a fact of a run that a job server started: the id of the job there
RUNNING, FINISHED, FAILED, STOPPED = "running", "finished", "failed", "stopped"


@dataclass(frozen=True, kw_only=True)
class RunState:
    """A run by its newest segment. seen_at: Unix seconds of that; state: `running` also where its driver died.

    driver_cpu_seconds: of the driver, without the units.
    """

    run: str
    seen_at: float
    job: str = ""
    kind: str = "run"
    slot: str | None = None
    version: str | None = None
    output: str = ""
    state: str = RUNNING
    message: str = ""
    owner: str = ""
    host: str = ""
    pid: int = 0
    cpus: int = 0
    began_at: float = 0.0
    ended_at: float | None = None
    driver_cpu_seconds: float = 0.0
    stages: tuple[StageCounts, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "RunState":
        """The state that a `progress` line says."""
        names = set(cls.__dataclass_fields__) - {"run", "seen_at", "stages", "facts"}
        return cls(
            run=str(line["run"]),
            seen_at=datetime.fromisoformat(line["at"]).timestamp(),
            stages=tuple(StageCounts.from_json(each) for each in line.get("stages", ())),
            facts={k: v for k, v in line.items() if k not in names | {"at", "event", "run", "stages"}},
            **{name: line[name] for name in names if line.get(name) is not None},
        )

    @property
    def submission(self) -> str:
        """The id under which a job server started it; empty where none did."""
        return str(self.facts.get(SUBMISSION) or "")

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the driver and of all units, as far as this segment says."""
        return self.driver_cpu_seconds + sum(stage.cpu_seconds for stage in self.stages)

    @property
    def held_cpu_hours(self) -> float:
        """CPU-hours that the cluster was held for the run, until its last sign."""
        return max((self.ended_at or self.seen_at) - self.began_at, 0.0) * self.cpus / 3600


def segments(workspace: Store) -> dict[str, list[str]]:
    """The segments of each run, in order; runs sorted by when they began."""
    found: dict[str, list[str]] = {}
    for file in workspace.files(FOLDER):
        if file.uri.endswith(".jsonl"):
            found.setdefault(file.uri.split("/")[1], []).append(file.uri)
    return dict(sorted(found.items()))


def runs(workspace: Store, most: int = 50) -> list[RunState]:
    """The state of the newest runs, the newest last."""
    newest = list(segments(workspace).values())[-most:]
    return [state for names in newest if (state := _state(workspace, names)) is not None]


def unfinished(workspace: Store, *, job: str, output: str, owner: str) -> list[RunState]:
    """The runs of a job into an output that did not finish, since the last one that did; the newest last.

    owner: of the run that is not looked at, because it goes on with what these began.
    """
    found: list[RunState] = []
    for names in reversed(segments(workspace).values()):
        state = _state(workspace, names)
        if state is None or state.owner == owner or (state.job, state.output) != (job, output):
            continue
        if state.state == FINISHED:
            break
        found.append(state)
    return found[::-1]


def last_run(workspace: Store) -> RunState | None:
    """The state of the newest run that worked; None before the first. One that only moved a pointer does not count."""
    states = (_state(workspace, names) for names in reversed(segments(workspace).values()))
    return next((state for state in states if state is not None and POINTER not in state.facts), None)


def events(workspace: Store, run: str) -> Iterator[Mapping[str, Any]]:
    """Each event of a run in order, without the states in between."""
    for name in segments(workspace).get(run, ()):
        yield from (line for line in _lines(workspace, name) if line.get("event") != "progress")


def _state(workspace: Store, names: list[str]) -> RunState | None:
    for name in reversed(names):
        states = [line for line in _lines(workspace, name) if line.get("event") == "progress"]
        if states:
            return RunState.of(states[-1])
    return None


def _lines(workspace: Store, name: str) -> list[JsonObject]:
    """The lines of a segment; none of one that was swept, or is damaged."""
    try:
        found = [json.loads(line) for line in workspace.read(name).decode().splitlines() if line]
    except (FileNotFoundError, ValueError):
        return []
    return [line for line in found if isinstance(line, dict)]
