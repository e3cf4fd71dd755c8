"""What a run of the ingest stage gives, and whether the failures in it end the job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpusmill.errors import StageFailed
from corpusmill.pipeline.execution import machine_faults
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import (
    Result,
    failures_in_words,
    rests_on,
)
from corpusmill.pipeline.stages.gathered.stage import Answers
from corpusmill.pipeline.stages.ingest.counts import IngestCounts
from corpusmill.pipeline.stages.ingest.unreadable import Lost, Unreadable, files_in, lost, unreadable
from corpusmill.pipeline.workspace.shards import UnitFiles


@dataclass(frozen=True)
class Ingested:
    """What the last part did, and the files of each of its units that is committed.

    earlier: results of the parts before it; answers: what the stages between found.
    """

    result: Result[IngestCounts]
    shards: Mapping[str, UnitFiles]
    earlier: Sequence[Result[IngestCounts]] = ()
    answers: Sequence[Answers] = ()

    @property
    def unreadable(self) -> list[Unreadable]:
        """Shards of which no record could be read."""
        return unreadable(self.result.counts, self.shards)

    @property
    def lost(self) -> Lost:
        """The inputs that gave no record."""
        return lost(self.result.counts, self.shards, self.result.failed)

    @property
    def ran(self) -> dict[str, int]:
        """Units that ran just now, by stage, in order."""
        found: dict[str, int] = {}
        for stage in (*self.earlier, *self.answers, self.result):
            found[stage.stage] = found.get(stage.stage, 0) + stage.ran
        return found

    def thresholds(self) -> dict[str, list[Mapping[str, Any]]]:
        """The quantiles that were found, by the step that asked for them."""
        return {a.step: a.thresholds() for a in self.answers if a.thresholds()}

    def rests_on(self) -> set[str]:
        """Names of units, answers and manifests that the last part was made from."""
        names = {name for result in self.earlier for name in rests_on(result)}
        names |= {a.fingerprint for a in self.answers}
        return names | {file.split("/")[1].split(".")[0] for a in self.answers for file in a.files.values()}


def judge(run: Run, ingested: Ingested) -> None:
    """Raise StageFailed unless the run may go on although units failed: never where machines did and no file."""
    failed = ingested.result.failed
    if not failed:
        return
    if run.spec.on_failure == "stop" or any(each.kind == machine_faults.KIND for each in failed):
        raise StageFailed(failures_in_words("ingest", failed))
    share = len(failed) / files_in(ingested.shards, failed)
    if share > run.spec.max_failed_share:
        raise StageFailed(
            f"{share:.1%} of the input shards failed, more than max_failed_share = {run.spec.max_failed_share:.1%}\n"
            + failures_in_words("ingest", failed)
        )
