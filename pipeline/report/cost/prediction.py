"""Predicts what a run costs from the rates of an earlier one."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.cost.prices import IN_BUNDLES, Cluster, Prices, UnitRequests
from corpusmill.pipeline.report.cost.rates import input_bytes_of, rates_of
from corpusmill.pipeline.report.durations import duration
from corpusmill.pipeline.report.numbers import size

STAGE_S = 2.0  # a stage starts and ends: measured with Ray Data on one machine

START_S = 15.0  # Ray joins or starts, nodes are checked

OF_INPUT = 2  # requests for a unit's file, counted: its head before the run, and its first bytes

INPUT_BLOCK_BYTES = 5 << 20  # of a large file that is read in pieces: what s3fs fetches at once

STORED_BLOCK_BYTES = 4 << 20  # of large files in the workspace, see cluster.bundles

MEMORY_MARGIN = 1.25

READS = "ingest"  # the stage that reads inputs


@dataclass(frozen=True, kw_only=True)
class StageCost:
    """A stage as predicted. cpu_s: seconds of all its units, between low_s and high_s; wall_s: on the cluster."""

    stage: str
    cpu_s: float
    low_s: float
    high_s: float
    wall_s: float
    peak_bytes: int


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a run needs. basis: the run that the rates are from; units: of ingest.

    stored_bytes: in the workspace; null: not known. of_unit: to its store.
    """

    basis: str
    input_bytes: int
    stages: Sequence[StageCost]
    cluster: Cluster
    prices: Prices
    units: int
    stored_bytes: int | None = None
    of_unit: UnitRequests = IN_BUNDLES

    @property
    def cpu_hours(self) -> float:
        return sum(stage.cpu_s for stage in self.stages) / 3600

    @property
    def wall_s(self) -> float:
        return START_S + sum(stage.wall_s for stage in self.stages)

    @property
    def puts(self) -> int:
        """Requests that write."""
        return self.of_unit.puts * self.units

    @property
    def gets(self) -> int:
        """Requests that read: of units, of input in blocks, and of large files in the workspace, each read twice."""
        stored_bytes = self.stored_bytes or 0 if self.of_unit.total else 0
        blocks = self.input_bytes // INPUT_BLOCK_BYTES + 2 * stored_bytes // STORED_BLOCK_BYTES
        return (self.of_unit.total - self.of_unit.puts + OF_INPUT) * self.units + blocks

    @property
    def requests(self) -> int:
        return self.puts + self.gets

    @property
    def memory_bytes(self) -> int:
        """Of one machine, with as many units at once as it has CPUs."""
        return int(max((s.peak_bytes for s in self.stages), default=0) * self.cluster.cpus * MEMORY_MARGIN)

    def money(self) -> Mapping[str, float]:
        """CPUs for the whole time the cluster stands, requests, storage for a month; and the sum."""
        requests = (self.puts * self.prices.put_million + self.gets * self.prices.get_million) / 1e6
        storage = 0.0 if self.stored_bytes is None else self.stored_bytes / 1e9 * self.prices.gb_month
        cpus = self.wall_s / 3600 * self.cluster.total * self.prices.cpu_hour
        return {"cpus": cpus, "requests": requests, "storage_month": storage, "sum": cpus + requests + storage}

    def band(self) -> tuple[float, float]:
        """The least and most CPU-hours."""
        return sum(s.low_s for s in self.stages) / 3600, sum(s.high_s for s in self.stages) / 3600

    def to_json(self) -> JsonObject:
        """Everything, for programs: seconds, bytes, money."""
        low, high = self.band()
        return {
            "basis": self.basis,
            "input_bytes": self.input_bytes,
            "cluster": {"nodes": self.cluster.nodes, "cpus": self.cluster.cpus},
            "stages": [asdict(stage) for stage in self.stages],
            "cpu_hours": self.cpu_hours,
            "cpu_hours_low": low,
            "cpu_hours_high": high,
            "wall_s": self.wall_s,
            "memory_bytes_per_node": self.memory_bytes,
            "stored_bytes": self.stored_bytes,
            "requests": self.requests,
            "requests_that_write": self.puts,
            "units": self.units,
            "money": self.money(),
        }

    def lines(self) -> Iterator[str]:
        """What a person reads below the table of stages."""
        low, high = self.band()
        money = self.money()
        where = f"{self.cluster.nodes} x {self.cluster.cpus} CPUs"
        yield f"rates of {self.basis}, for {size(self.input_bytes)} of input on {where}"
        yield f"work     {self.cpu_hours:,.2f} CPU-hours ({low:,.2f} to {high:,.2f})"
        yield f"time     {duration(self.wall_s)}"
        yield f"memory   {size(self.memory_bytes)} a machine"
        stored = "not known before a run" if self.stored_bytes is None else size(self.stored_bytes)
        yield f"storage  {stored} in the workspace"
        yield f"requests about {self.requests:,}, of {self.units:,} units; {self.puts:,} of them write"
        yield (
            f"money    {money['sum']:,.2f}: {money['cpus']:,.2f} for CPUs while the cluster stands, "
            f"{money['requests']:,.2f} for requests, {money['storage_month']:,.2f} for a month of storage"
        )


def predict(
    run: RunState,
    input_bytes: int,
    cluster: Cluster,
    prices: Prices,
    *,
    stored_bytes: int | None = None,
    of_unit: UnitRequests = IN_BUNDLES,
) -> Prediction:
    """What input of this size needs, by the rates of a run. of_unit: requests to the store of the workspace."""
    stages = []
    for rate in rates_of(run):
        cpu_s = rate.cpu_s(input_bytes, cluster.total)
        stages.append(
            StageCost(
                stage=rate.stage,
                cpu_s=cpu_s,
                low_s=cpu_s * max(1 - rate.error, 0.0),
                high_s=cpu_s * (1 + rate.error),
                wall_s=STAGE_S + max(cpu_s / cluster.total, min(rate.longest_s, cpu_s)),
                peak_bytes=rate.peak_bytes,
            )
        )
    stored = None if stored_bytes is None else int(stored_bytes / max(input_bytes_of(run), 1) * input_bytes)
    per_byte = max((rate.units_per_byte for rate in rates_of(run) if rate.stage == READS), default=0.0)
    return Prediction(
        basis=run.run,
        input_bytes=input_bytes,
        units=max(1, math.ceil(per_byte * input_bytes)),
        stages=stages,
        cluster=cluster,
        prices=prices,
        stored_bytes=stored,
        of_unit=of_unit,
    )
