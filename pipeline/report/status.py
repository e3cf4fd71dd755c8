"""Shows how far a run is, from the files of its workspace alone: also after its driver died, from any machine."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from corpusmill.cluster import lease
from corpusmill.cluster.lease import Holder
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.counts import StageCounts
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.events.log import FLUSH_S
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.durations import duration, stamp
from corpusmill.pipeline.report.lease_words import lease_facts, lease_in_words

SILENT_S = 3 * FLUSH_S[1]  # after so long without a segment a run counts as dead
DEAD = "dead"
SLOWEST_SHOWN = 5
REASONS_SHOWN = 5
STRAGGLES = 3.0  # times the mean of its stage: a unit that took longer is named; a guess


@dataclass(frozen=True, kw_only=True)
class WorkspaceStatus:
    """The newest run of a workspace and who holds the workspace, at `now` (Unix seconds).

    earlier: the runs that it goes on with, which did not finish.
    price_cpu_hour: money an hour of one CPU costs, in any currency; None: no cost is shown. driver_ended: a job server
    says that the process of the run is no more, which the workspace alone shows only after a while.
    """

    workspace: str
    run: RunState | None
    holder: Holder | None
    now: float
    earlier: tuple[RunState, ...] = ()
    price_cpu_hour: float | None = None
    driver_ended: bool = False

    @property
    def held(self) -> bool:
        """Whether a live run holds the workspace."""
        return self.holder is not None and not self.holder.has_ended(self.now)

    @property
    def state(self) -> str:
        """running, finished, failed or stopped; dead where the driver ended without a word; "none" before a run."""
        if self.run is None:
            return "none"
        state = state_of(self.run, self.holder, self.now)
        return DEAD if state == history.RUNNING and self.driver_ended else state

    @property
    def until(self) -> float:
        """Until when the run went on, as far as anybody can tell."""
        run = self.run
        if run is None or self.state == history.RUNNING:
            return self.now
        return run.ended_at or run.seen_at

    @property
    def cpu_hours(self) -> float:
        """CPU-hours that the cluster was held for the run so far, and for those that it goes on with."""
        return self.own_cpu_hours + sum(run.held_cpu_hours for run in self.earlier)

    @property
    def own_cpu_hours(self) -> float:
        """CPU-hours that the cluster was held for the newest run alone."""
        run = self.run
        return 0.0 if run is None else max(self.until - run.began_at, 0) * run.cpus / 3600

    @property
    def cost(self) -> float | None:
        """Money so far, of CPUs alone, for all these runs; null without a price."""
        return None if self.price_cpu_hour is None else self.cpu_hours * self.price_cpu_hour

    def to_json(self) -> JsonObject:
        """Everything that `lines` shows, for programs; times are Unix seconds."""
        run = self.run
        return {
            "workspace": self.workspace,
            "state": self.state,
            "run": None if run is None else {**asdict(run), "stages": [stage_facts(s, self.until) for s in run.stages]},
            "silent_s": None if run is None else round(self.now - run.seen_at, 1),
            "cpu_hours": round(self.cpu_hours, 4),
            "cpu_hours_newest_run": round(self.own_cpu_hours, 4),
            "runs": 0 if run is None else 1 + len(self.earlier),
            "cost": None if self.cost is None else round(self.cost, 4),
            "lease": self._lease(),
        }

    def _lease(self) -> Mapping[str, Any]:
        return lease_facts(self.holder, self._held_since, self.now)

    @property
    def _held_since(self) -> float | None:
        """When the run that holds the workspace began; null where that is not the newest."""
        ours = self.run is not None and self.holder is not None and self.run.owner == self.holder.owner
        return self.run.began_at if ours and self.run is not None else None

    def lines(self) -> Iterator[str]:
        """The same for a person, without the table of stages."""
        run = self.run
        if run is None:
            yield (
                f"no run has been recorded in {self.workspace}: is this the `workspace` of the job? "
                "`corpusmill run JOB` and `submit` start one"
            )
            return
        slot = f", slot {run.slot}" if run.slot else ""
        submitted = f", submitted as {run.submission}" if run.submission else ""
        yield f"{run.job}  {run.kind}{slot}  {run.run}{submitted}"
        yield f"state    {self._state_in_words()}"
        ended = self.driver_ended and self._held_since is not None
        yield f"lease    {lease_in_words(self.holder, self._held_since, self.now, driver_ended=ended)}"
        if run.output:
            yield f"output   {run.output}{f'/{run.version}' if run.version else ''}{_made(run)}"
        if self.cpu_hours:
            money = "" if self.cost is None else f", {self.cost:,.2f} so far"
            yield f"used     {self.cpu_hours:,.2f} CPU-hours ({counted(run.cpus, 'CPU')}){money}"
            if self.earlier:
                others = f"{counted(len(self.earlier), 'earlier run')} that did not finish"
                yield f"         {self.own_cpu_hours:,.2f} of them in this run, the others in {others}"
        yield from (f"machine  {text}" for text in run.facts.get("machines", ()))
        for stage in run.stages:
            yield from stage_remarks(stage)

    def _state_in_words(self) -> str:
        run = self.run
        assert run is not None, "lines() ends before"
        began, span = stamp(run.began_at), duration(self.until - run.began_at)
        where = f"process {run.pid} on {run.host}"
        if self.state == history.RUNNING:
            return f"running for {span}, since {began}, {where}; last sign {duration(self.now - run.seen_at)} ago"
        if self.state == DEAD:
            silent = duration(self.now - run.seen_at)
            return f"dead: began {began}, {where}, no sign for {silent}; {again(run)} again resumes it"
        message = f": {run.message}" if run.message else ""
        return f"{self.state} after {span}, began {began}{message}"


def state_of(run: RunState, holder: Holder | None, now: float) -> str:
    """The state of a run, by who holds its workspace at `now` (Unix seconds): `dead` where its driver ended without a
    word.
    """
    if run.state != history.RUNNING:
        return run.state
    ours = holder is not None and not holder.has_ended(now) and holder.owner == run.owner
    return history.RUNNING if ours and now - run.seen_at < SILENT_S else DEAD


def again(run: RunState) -> str:
    """The command that goes on where a run broke off, in words.

    >>> again(RunState(run="r", seen_at=0.0, kind="update", slot="2026-10"))
    '`corpusmill update JOB --slot 2026-10`'
    >>> again(RunState(run="r", seen_at=0.0, kind="update", slot="2026-10", facts={"submission": "corpusmill-a-1"}))
    '`corpusmill submit JOB --address ... --update --slot 2026-10`'
    """
    slot = f" --slot {run.slot}" if run.slot else ""
    if run.kind not in ("run", "update"):
        return "the same command"
    if run.submission:
        return f"`corpusmill submit JOB --address ...{' --update' if run.kind == 'update' else ''}{slot}`"
    return f"`corpusmill {run.kind} JOB{slot}`"


def _made(run: RunState) -> str:
    """What a finished run made, where it noted that."""
    if run.facts.get("did_nothing"):
        return ": nothing was new, it stands as it was"
    tokens = run.facts.get("tokens")
    return "" if tokens is None else f": {counted(int(tokens), 'token')}"


def status_of(workspace: Store, *, price_cpu_hour: float | None = None, now: float | None = None) -> WorkspaceStatus:
    """The status of a workspace. now: Unix seconds; null: the clock's."""
    run, earlier = history.last_run(workspace), list[RunState]()
    if run is not None:
        earlier = history.unfinished(workspace, job=run.job, output=run.output, owner=run.owner)
    return WorkspaceStatus(
        workspace=workspace.url,
        run=run,
        earlier=tuple(earlier),
        holder=lease.read(workspace),
        now=time.time() if now is None else now,
        price_cpu_hour=price_cpu_hour,
    )


def stage_facts(stage: StageCounts, now: float) -> Mapping[str, Any]:
    """A stage with its rates: documents and megabytes a second, share of records accepted, seconds that remain."""
    seconds = stage.seconds(now)
    remaining = stage.remaining_s(now)
    return {
        **stage.to_json(),
        "seconds": round(seconds, 1),
        "running": max(stage.total - stage.done - stage.failed, 0) if stage.ended_at is None else 0,
        "documents_per_s": round(stage.documents / seconds, 1) if seconds else None,
        "mb_per_s": round(stage.read_bytes / seconds / 1e6, 2) if seconds else None,
        "accepted_share": round(stage.accepted / stage.records, 4) if stage.records else None,
        "remaining_s": None if remaining is None else round(remaining, 1),
        "stragglers": [name for _, name in stragglers(stage)],
    }


def stages_table(stages: tuple[StageCounts, ...], now: float) -> Table:
    """The stages of a run for a terminal."""
    table = Table(box=None, pad_edge=False)
    names = ("stage", "units", "failed", "documents", "docs/s", "MB/s", "kept", "tokens", "time", "time left")
    for name in names:
        table.add_column(name, justify="left" if name == "stage" else "right", no_wrap=True)
    for stage in stages:
        facts = stage_facts(stage, now)
        rate = facts["documents_per_s"] if stage.documents else None
        table.add_row(
            stage.name,
            f"{stage.done:,} of {stage.total:,}",
            f"{stage.failed:,}" if stage.failed else "",
            f"{stage.documents:,}" if stage.documents else "",
            "" if rate is None else f"{rate:,.0f}",
            f"{facts['mb_per_s']:,.1f}" if stage.read_bytes and facts["mb_per_s"] is not None else "",
            "" if facts["accepted_share"] is None else f"{facts['accepted_share']:.1%}",
            f"{stage.tokens:,}" if stage.tokens else "",
            duration(facts["seconds"]),
            "" if stage.ended_at is not None or facts["remaining_s"] is None else duration(facts["remaining_s"]),
        )
    return table


def stragglers(stage: StageCounts) -> list[tuple[float, str]]:
    """The units of a stage that took several times the mean, the slowest first."""
    mean = stage.unit_seconds / stage.timed if stage.timed else 0.0
    return [(s, name) for s, name in sorted(stage.slowest, reverse=True) if stage.timed > 2 and s > STRAGGLES * mean]


def stage_remarks(stage: StageCounts) -> Iterator[str]:
    """Failures of a stage by reason, its slowest units, and those that are still out."""
    for reason, number in sorted(stage.reasons.items(), key=lambda item: -item[1])[:REASONS_SHOWN]:
        yield f"failed   {stage.name}: {counted(number, 'unit')}: {reason}"
    mean = stage.unit_seconds / stage.timed if stage.timed else 0.0
    for seconds, name in stragglers(stage)[:SLOWEST_SHOWN]:
        yield f"slow     {stage.name}: {name} took {duration(seconds)}, the mean is {duration(mean)}"
    if stage.outstanding and stage.ended_at is None:
        yield f"waiting  {stage.name}: for {', '.join(stage.outstanding)}"
