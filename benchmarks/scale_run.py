"""Simulates a stage of many units on many machines: makespan, machines that vanish, requests a second.

    python -m benchmarks.scale_run [UNITS [NODES]]

Units take times as they were measured (log-normal with the mean and spread below); one in a hundred is a straggler;
machines vanish at random and come back. Units are given to Ray Data in waves as `run_units` gives them, each by the
driver, which needs some milliseconds for it; the last ones are begun twice. The clock is simulated: seconds of work.
"""

import bisect
import heapq
import itertools
import sys
from dataclasses import dataclass, replace

import numpy as np

from corpusmill.pipeline.execution.wave_rules import (
    WAVE_UNITS,
    most_twice,
    next_wave_at,
    speculate_after_s,
    wave_units,
)
from corpusmill.pipeline.report.cost.prediction import INPUT_BLOCK_BYTES
from corpusmill.pipeline.report.cost.prices import A_UNIT

UNIT_BYTES = 256 << 20
UNIT_S = 28.0  # of ingest on 256 MB of WET.gz, which are 1 GB of text: measured, see docs/benchmarks.md
SPREAD = 0.25  # of the logarithm, of units of the same size; a guess
STRAGGLERS, SLOWER = 0.01, 5.0  # of units, and how many times longer they take; guesses
LOST_PER_HOUR = 0.05  # of spot machines; a guess
BACK_S = 300.0  # until another takes a lost machine's place; a guess
DISPATCH_S = 0.011  # of the driver and Ray for a unit: 1,000 empty ones cost 11 CPU-seconds, measured
STORE_REQUESTS_S = 5500  # reads a second that S3 promises for a prefix
STORE_PUTS_S = 3500


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What is simulated. cpus: of each of `nodes`; wave: units that Ray Data is given at once."""

    units: int
    nodes: int
    cpus: int = 16
    wave: int = WAVE_UNITS
    unit_s: float = UNIT_S
    spread: float = SPREAD
    stragglers: float = STRAGGLERS
    lost_per_hour: float = LOST_PER_HOUR
    dispatch_s: float = DISPATCH_S
    speculates: bool = True

    @property
    def slots(self) -> int:
        return self.nodes * self.cpus


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What came of it. makespan_s: from the first unit to the last; work_s: of units that counted.

    lost_s: of units whose machine vanished, and of slower copies; busy: share of all CPUs that worked; most_begun_s:
    units begun in the busiest ten seconds, a second.
    """

    makespan_s: float
    work_s: float
    lost_s: float
    lost_units: int
    twice: int
    busy: float
    most_begun_s: float

    def requests_s(self, unit_bytes: int = UNIT_BYTES) -> tuple[float, float]:
        """Requests to the store a second, on the average and in the busiest ten seconds, by units begun."""
        each = A_UNIT + unit_bytes / INPUT_BLOCK_BYTES
        return each * self.work_units / self.makespan_s, each * self.most_begun_s

    work_units: int


def simulate(setup: Setup, seed: int = 0) -> Simulated:
    """One stage. The same seed gives the same."""
    rng = np.random.default_rng(seed)
    times = setup.unit_s * rng.lognormal(-(setup.spread**2) / 2, setup.spread, setup.units)
    slow = rng.random(setup.units) < setup.stragglers
    waiting = iter(range(setup.units))
    again: list[int] = []
    free = list(range(setup.slots))
    ends: list[tuple[float, int, int, int]] = []  # when, order, unit, slot
    lost_at = _losses(setup, rng)
    began_of: dict[int, tuple[float, int, int]] = {}  # by slot: when, unit, order
    copies: dict[int, int] = {}
    order, now, driver, done = itertools.count(), 0.0, 0.0, 0
    given = in_flight = 0
    begun: list[float] = []
    lost_s, lost_units, twice = 0.0, 0, 0
    took: list[float] = []
    few_since: float | None = None

    def begin(unit: int, at: float) -> None:
        nonlocal driver
        driver = max(driver, at) + setup.dispatch_s
        slot = free.pop()
        straggles = slow[unit] and not copies.get(unit)  # another machine is as fast as most
        takes = times[unit] * (SLOWER if straggles else 1.0)
        number = next(order)
        began_of[slot] = (driver, unit, number)
        copies[unit] = copies.get(unit, 0) + 1
        begun.append(driver)
        heapq.heappush(ends, (driver + takes, number, unit, slot))

    finished = np.zeros(setup.units, bool)
    while done < setup.units:
        while given < setup.units and in_flight <= next_wave_at(setup.wave):
            more = min(setup.wave, setup.units - given)
            again.extend(itertools.islice(waiting, more))
            given, in_flight = given + more, in_flight + more
        while again and free:
            begin(again.pop(), now)
        few = setup.speculates and given == setup.units and not twice
        if few and 0 < in_flight <= min(most_twice(setup.slots), setup.slots // 2):
            few_since = now if few_since is None else few_since
            at = few_since + speculate_after_s(took, setup.units)
            if ends[0][0] > at:
                now = max(now, at)
                for unit in sorted({u for _, u, _ in began_of.values() if not finished[u]}):
                    if free:
                        begin(unit, now)
                        twice += 1
        loss = lost_at[0][0] if lost_at else np.inf
        if loss < ends[0][0]:
            now, node = heapq.heappop(lost_at)
            for slot in range(node * setup.cpus, (node + 1) * setup.cpus):
                if slot in began_of:
                    since, unit, _ = began_of.pop(slot)
                    copies[unit] -= 1
                    lost_s, lost_units = lost_s + max(now - since, 0.0), lost_units + 1
                    if not finished[unit] and not copies[unit]:
                        again.append(unit)
                elif slot in free:
                    free.remove(slot)
            heapq.heappush(ends, (now + BACK_S, next(order), -1, node))
            continue
        now, number, unit, slot = heapq.heappop(ends)
        if unit < 0:
            free.extend(range(slot * setup.cpus, (slot + 1) * setup.cpus))
            continue
        if began_of.get(slot, (0, 0, -1))[2] != number:
            continue  # its machine vanished
        since, _, _ = began_of.pop(slot)
        free.append(slot)
        if finished[unit]:
            lost_s += now - since
            continue
        finished[unit] = True
        bisect.insort(took, now - since)
        done, in_flight = done + 1, in_flight - 1
    work = float((times * np.where(slow, SLOWER, 1.0)).sum())
    counts = np.bincount((np.array(begun) // 10).astype(int))
    return Simulated(
        makespan_s=now,
        work_s=work,
        lost_s=lost_s,
        lost_units=lost_units,
        twice=twice,
        busy=work / (now * setup.slots),
        most_begun_s=float(counts.max()) / 10,
        work_units=setup.units,
    )


def _losses(setup: Setup, rng: np.random.Generator) -> list[tuple[float, int]]:
    """When which machine vanishes, within a hundred times the ideal makespan; once each at most."""
    if not setup.lost_per_hour:
        return []
    when = rng.exponential(3600 / setup.lost_per_hour, setup.nodes)
    found = [(float(at), node) for node, at in enumerate(when)]
    heapq.heapify(found)
    return found


def main() -> None:
    """Print the table."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    nodes = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    one = Setup(units=units, nodes=nodes, wave=wave_units(16 * nodes))
    few = max(1, nodes // 10)
    cases = {
        "all alike, none lost": replace(one, stragglers=0.0, lost_per_hour=0.0),
        "stragglers": replace(one, lost_per_hour=0.0),
        "stragglers, spot losses": one,
        "the same, nothing begun twice": replace(one, speculates=False),
        "the same, ten times the losses": replace(one, lost_per_hour=10 * LOST_PER_HOUR),
        "a tenth of the machines": replace(one, nodes=few, wave=wave_units(16 * few)),
        "units of eight times the work": replace(one, unit_s=8 * UNIT_S),
        "the same, nothing begun twice ": replace(one, unit_s=8 * UNIT_S, speculates=False),
        f"the same, in waves of {WAVE_UNITS:,}": replace(one, unit_s=8 * UNIT_S, wave=WAVE_UNITS),
        "units of a tenth the work": replace(one, unit_s=UNIT_S / 10),
    }
    ideal = UNIT_S * units / one.slots
    print(f"{units:,} units of {UNIT_S:g} s, {nodes:,} machines of 16 CPUs; no less than {ideal / 60:,.1f} min\n")
    print(
        "| | makespan, min | CPUs busy | lost, share of work | units lost | begun twice | units begun a second, most |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, setup in cases.items():
        found = simulate(setup)
        share = found.lost_s / found.work_s
        cells = (
            f"{found.makespan_s / 60:,.1f} | {found.busy:.0%} | {share:.2%} | {found.lost_units:,} | {found.twice:,}"
        )
        print(f"| {name} | {cells} | {found.most_begun_s:,.0f} |")
    found = simulate(one)
    mean, most = found.requests_s()
    print(f"\nrequests a second: {mean:,.0f} on the average, {most:,.0f} when all begin at once")
    print(f"a driver that gives out {1 / DISPATCH_S:,.0f} units a second keeps {UNIT_S / DISPATCH_S:,.0f} CPUs busy")
    print(f"S3 promises {STORE_REQUESTS_S:,} reads and {STORE_PUTS_S:,} writes a second for a prefix")


if __name__ == "__main__":
    main()
