"""Takes from an earlier run what each stage needs by byte of input, and how far that may be off."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.counts import StageCounts
from corpusmill.pipeline.events.history import RunState

MODEL_ERROR = 0.1  # of any extrapolation, beside the spread of the units; a guess

SAMPLED_ERROR = 0.2  # more, of the rates of a sample of documents: files are opened and written as for all; a guess


@dataclass(frozen=True, kw_only=True)
class StageRate:
    """What a stage needed in an earlier run, in CPU seconds: by byte of input, and once a process (start_s).

    error: relative; units_per_byte: of input; longest_s: its slowest unit.
    """

    stage: str
    seconds_per_byte: float
    start_s: float
    error: float
    units_per_byte: float
    longest_s: float
    peak_bytes: int

    def cpu_s(self, input_bytes: int, cpus: int) -> float:
        """CPU seconds for so much input on so many CPUs, each of which starts once, if there is a unit for it."""
        processes = min(max(1, math.ceil(self.units_per_byte * input_bytes)), cpus)
        return self.seconds_per_byte * input_bytes + self.start_s * processes


def basis_of(runs: Iterable[RunState]) -> RunState | None:
    """The newest finished run that read inputs and whose rates hold for all of them: none with a limit."""
    finished = [run for run in runs if run.state == history.FINISHED and not run.facts.get("limit")]
    return next((run for run in reversed(finished) if input_bytes_of(run)), None)


def input_bytes_of(run: RunState) -> int:
    """Bytes of input that a run read."""
    return max((stage.read_bytes for stage in run.stages), default=0)


def rates_of(run: RunState) -> list[StageRate]:
    """The rate of each stage with timed units. A sample of documents counts as that share of its input."""
    read, share = input_bytes_of(run), float(run.facts.get("sample_documents") or 1.0)
    found = []
    for stage in run.stages:
        if not stage.timed or not read:
            continue
        error = math.hypot(MODEL_ERROR, 2 * relative_error(stage), SAMPLED_ERROR if share < 1 else 0.0)
        rate, start_s = rate_of(stage)
        of_all = rate * stage.weight / read
        of_reading = min(stage.read_cpu_seconds / read, of_all)  # a sample of documents reads its files whole
        found.append(
            StageRate(
                stage=stage.name,
                seconds_per_byte=of_reading + (of_all - of_reading) / share,
                start_s=start_s,
                error=error,
                units_per_byte=stage.timed / read,
                longest_s=max((seconds for seconds, _ in stage.slowest), default=0.0),
                peak_bytes=stage.peak_bytes,
            )
        )
    return found


def rate_of(stage: StageCounts) -> tuple[float, float]:
    """CPU seconds by weight, and once a process. The first unit of a process loads kernels and models; where there are
    no others, all of its time counts as work.
    """
    rest = stage.weight - stage.first_weight
    if not rest or stage.timed == stage.first:
        return stage.cpu_seconds / max(stage.weight, 1.0), 0.0
    rate = (stage.cpu_seconds - stage.first_cpu_seconds) / rest
    extra = stage.first_cpu_seconds - rate * stage.first_weight
    return rate, max(extra, 0.0) / stage.first if stage.first else 0.0


def relative_error(stage: StageCounts) -> float:
    """The standard error of the rate, as a share of it, from how far units are off; a half where few were measured."""
    units = stage.timed - stage.first
    rate, _ = rate_of(stage)
    seconds = stage.cpu_seconds - stage.first_cpu_seconds
    if units < 2 or not seconds:
        return 0.5
    cpu2, both, weight2 = stage.spread
    squares = max(cpu2 - 2 * rate * both + rate * rate * weight2, 0.0) * units / (units - 1)
    return math.sqrt(squares) / seconds
