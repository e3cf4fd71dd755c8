"""Lists the stages of a job, in the order in which they run. A new stage is one line here and one folder.

See docs/how-to/add-a-stage.md.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files import workspace_layout as layout
from corpusmill.pipeline.stages.dedup.stage import DedupStage
from corpusmill.pipeline.stages.describe.files import DocumentsStage
from corpusmill.pipeline.stages.describe.profile import ProfileStage
from corpusmill.pipeline.stages.evidence.stage import EvidenceStage
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.mix.stage import MixStage
from corpusmill.pipeline.stages.pack.stage import PackStage, SelectStage
from corpusmill.pipeline.stages.publish.stage import PublishStage
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize.stage import TokenizeStage
from corpusmill.pipeline.stages.validation.stage import ValidationStage

Stages = tuple[Stage[Any], ...]

STAGES: Stages = (
    IngestStage(),
    EvidenceStage(),
    DedupStage(),
    TokenizeStage(),
    MixStage(),
    ProfileStage(),
    SelectStage(),
    PackStage(),
    DocumentsStage(),
    ValidationStage(),
    PublishStage(),
)


def statuses(state: State, stages: Stages = STAGES) -> Iterator[tuple[Stage[Any], Status[Any]]]:
    """Yield each stage with its status, up to and including the first one with something to do."""
    for stage in stages:
        status = stage.look(state)
        yield stage, status
        if status.outcome is None:
            return
        state = state.extended(stage, status.outcome)


def run_stages(
    run: Run, state: State, stages: Stages = STAGES, *, seconds: dict[str, float] | None = None
) -> tuple[State, Mapping[str, int]]:
    """Run stages in order, each on the outcomes of those before it; give the last state, and units run by stage.

    seconds: takes the wall time of each stage.
    """
    ran: dict[str, int] = {}
    for stage in stages:
        begun = time.monotonic()
        outcome = stage.run(run, state)
        if seconds is not None:
            seconds[stage.name] = time.monotonic() - begun
        for remark in stage.remarks(outcome):
            run.display.line(remark)
        ran |= stage.ran(outcome)
        state = state.extended(stage, outcome)
    return state, ran


def remembered(state: State) -> dict[str, list[str | int]]:
    """What a finished run rests on, from all its stages, see `workspace.sweep.remember`."""
    live: dict[str, list[str | int]] = {}
    for each in state.done:
        for what, names in each.stage.remembers(each.outcome).items():
            live.setdefault(what, []).extend(names)
    return live


def begun(state: State, stages: Stages = STAGES) -> set[str]:
    """What a later run of the job would use although no run has finished with it, by name."""
    return set[str]().union(*(stage.begun(state) for stage in stages))


def names(spec: JobSpec, stages: Stages = STAGES) -> list[str]:
    """The stages that take part in a job, by name, in order."""
    return [stage.name for stage in stages if stage.takes_part(spec)]


def folders(stages: Stages = STAGES) -> frozenset[str]:
    """All folders of a workspace that runs write; anything else in it belongs to somebody else."""
    return layout.SHARED_FOLDERS.union(*(stage.folders for stage in stages))
