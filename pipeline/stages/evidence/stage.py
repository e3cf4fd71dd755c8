"""Evidence: the histograms and samples of all ingest units together, for the report, `curve`, `what-if` and `policy`.

The dataset does not depend on it: a fault here is reported, and the run goes on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpusmill.pipeline.evidence.merge import Merge, MergeUnit, address, groups, merge_all, name_of
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import commit_unit, run_stage
from corpusmill.pipeline.stages.ingest.outcome import Ingested
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.stage import Stage, State, Status

MEMORY_BYTES = 900_000_000  # 0.83 GB seen with ten million documents in 50 languages with 40 signals


@dataclass(frozen=True)
class Gathered:
    """The name of the evidence of all units. ran: how many groups were added up just now; faults: what went wrong."""

    name: str
    names: Sequence[str] = ()
    ran: int = 0
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class MergeGroup(Merge):
    """Adds up one group, and commits it."""

    def __call__(self, unit: MergeUnit) -> Mapping[str, int]:
        return commit_unit(self.workspace, EvidenceStage.name, unit["name"], super().__call__(unit))


class EvidenceStage(Stage[Gathered]):
    """Adds up what the units of ingest gathered."""

    name = "evidence"
    folders = ()  # ingest writes it too, and has it

    def look(self, state: State) -> Status[Gathered]:
        units = units_of(state.of(IngestStage))
        name = name_of(units)
        there = state.workspace.exists(address(name))
        return Status(outcome=Gathered(name, rounds(units)) if there else None)

    def run(self, run: Run, state: State) -> Gathered:
        units = units_of(state.of(IngestStage))
        name = name_of(units)
        if run.workspace.exists(address(name)):
            return Gathered(name, rounds(units))
        ran = 1

        def one_round(work: Sequence[MergeUnit]) -> None:
            nonlocal ran
            ran += run_stage(run, self.name, work, MergeGroup(run.workspace), memory_bytes=MEMORY_BYTES).ran

        run.lease.check()
        faults = faults_of(state.of(IngestStage))
        try:
            merge_all(run.workspace, units, one_round)
        except Exception as e:  # the dataset needs none of it
            faults.append(f"{type(e).__name__}: {e}")
        return Gathered(name, rounds(units), ran, faults)

    def remarks(self, outcome: Gathered) -> Iterator[str]:
        if outcome.faults:
            what = f"{outcome.faults[0]}{f', and {len(outcome.faults) - 1} more' if outcome.faults[1:] else ''}"
            yield f"evidence: histograms are not complete ({what}); the dataset is the same without them"

    def remembers(self, outcome: Gathered) -> Mapping[str, Iterable[str | int]]:
        return {"evidence": [outcome.name], "names": [outcome.name, *outcome.names]}


def units_of(ingested: Ingested) -> list[str]:
    """All units of ingest, of each group of steps, in the order of their names."""
    return sorted({*ingested.result.counts, *(name for each in ingested.earlier for name in each.counts)})


def faults_of(ingested: Ingested) -> list[str]:
    """What went wrong while units gathered, one message a unit."""
    return [str(counts["evidence_fault"]) for counts in ingested.result.counts.values() if "evidence_fault" in counts]


def rounds(names: Sequence[str]) -> list[str]:
    """Names of the groups of every round."""
    found: list[str] = []
    while len(names) > 1 and len(round_ := groups(names)) >= 1:
        names = [unit["name"] for unit in round_]
        found += names
    return found
