"""How many units run at once, and when the last ones are begun a second time."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from corpusmill.cluster import lifecycle

WAVE_UNITS = 4096  # at least; Ray Data keeps some kB of driver memory a task; 1,000 empty units cost 11 CPU-seconds
WAVE_A_CPU = 2  # units of a wave a CPU, where there are many: 4,096 would let 12,000 of 16,000 CPUs stand idle
NEXT_WAVE_AT = 0.1  # the next wave starts when this share of the last one is still running
SPECULATE_AFTER_S = 60.0  # since few remain, or what nearly all took: the last units are begun again; a guess
NEARLY_ALL = 0.95  # of the units that are done
MOST_TWICE, TWICE_A_CPU = 64, 1 / 8  # units that are begun again, the larger of both; guesses


def wave_size(units: int, cpus: int) -> int:
    """How many of so many units a wave has."""
    return wave_units(cpus) if units > WAVE_UNITS else WAVE_UNITS


def wave_units(cpus: int) -> int:
    """How many units Ray Data is given at once on so many CPUs.

    >>> wave_units(64), wave_units(16_000)
    (4096, 32000)
    """
    return max(WAVE_UNITS, WAVE_A_CPU * cpus)


def next_wave_at(size: int) -> float:
    """The next wave starts when so many units of the last one remain: before CPUs stand idle."""
    return NEXT_WAVE_AT * size if size == WAVE_UNITS else size / WAVE_A_CPU


def speculate_after_s(took: Sequence[float], total: int) -> float:
    """Seconds after which units that still run are begun again. took: of those that are done, sorted; total: of all.

    Of few units, twice the longest so far says more than what nearly all took.
    """
    if not took:
        return SPECULATE_AFTER_S
    return max(SPECULATE_AFTER_S, 2 * took[-1] if total <= MOST_TWICE else took[int(NEARLY_ALL * len(took))])


def most_twice(cpus: int) -> int:
    """How many units are begun a second time at most."""
    return max(MOST_TWICE, int(TWICE_A_CPU * cpus))


def may_speculate(units: int, total: int) -> bool:
    """Whether so few units run that machines stand idle, of which there are several. total: of this stage.

    Where there are many, nearly all are done: what the others take is not yet seen otherwise, and all would run twice.
    """
    if total > MOST_TWICE and total - units < NEARLY_ALL * total:
        return False
    if units > MOST_TWICE and units > most_twice(lifecycle.cpus()):
        return False
    return lifecycle.nodes() > 1 and units <= lifecycle.cpus() // 2


@dataclass
class LastUnits:
    """When the last units of a stage of `total` are begun a second time."""

    total: int
    few_since: float | None = None  # when so few remained that machines stood idle

    def begun_again_in_s(self, running: int, took: Sequence[float]) -> float | None:
        """Seconds until those that still run are begun again; null while they are many, or there is one machine. took:
        of those that are done, sorted.
        """
        if not may_speculate(running, self.total):
            return None
        if self.few_since is None or self.total <= MOST_TWICE:  # of few units, since the last outcome
            self.few_since = time.monotonic()
        return max(self.few_since + speculate_after_s(took, self.total) - time.monotonic(), 0.0)
