"""Predicts what a run costs from the rates of an earlier one, and compares a prediction with what came of it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from corpusmill.cluster.filesystems import protocol_of
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.counts import StageCounts
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.funnel import size
from corpusmill.pipeline.report.status import duration

MODEL_ERROR = 0.1  # of any extrapolation, beside the spread of the units; a guess
SAMPLED_ERROR = 0.2  # more, of the rates of a sample of documents: files are opened and written as for all; a guess
STAGE_S = 2.0  # a stage starts and ends: measured with Ray Data on one machine
START_S = 15.0  # Ray joins or starts, nodes are checked
A_UNIT = 6  # requests over all stages in S3, counted: what ingest and tokenize write, who reads it, duplicates' table
PUTS_A_UNIT = 3  # of these, counted
OF_INPUT = 2  # requests for a unit's file, counted: its head before the run, and its first bytes
INPUT_BLOCK_BYTES = 5 << 20  # of a large file that is read in pieces: what s3fs fetches at once
STORED_BLOCK_BYTES = 4 << 20  # of large files in the workspace, see cluster.bundles
MEMORY_MARGIN = 1.25
READS = "ingest"  # the stage that reads inputs
S3 = ("s3", "s3a")
REMOTE = (*S3, "gs", "gcs", "abfs", "abfss", "az")


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


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Money, in one currency: a CPU for an hour, a GB of storage for a month, a million requests that write or read."""

    cpu_hour: float
    gb_month: float = 0.023
    put_million: float = 5.0
    get_million: float = 0.4


@dataclass(frozen=True, kw_only=True)
class UnitRequests:
    """Requests to the store of a workspace that a unit makes over all stages, and how many of them write."""

    total: int
    puts: int


IN_BUNDLES = UnitRequests(total=A_UNIT, puts=PUTS_A_UNIT)
IN_FILES = UnitRequests(total=38, puts=12)  # counted in S3, before what a unit writes was one object there
NO_REQUESTS = UnitRequests(total=0, puts=0)


def unit_requests(workspace: str) -> UnitRequests:
    """What a unit costs at this address: in S3 its files are one object, in other stores they are not.

    >>> [unit_requests(url).total for url in ("s3://a/b", "gs://a/b", "/a/b")]
    [6, 38, 0]
    """
    protocol = protocol_of(workspace)
    if protocol in S3:
        return IN_BUNDLES
    return IN_FILES if protocol in REMOTE else NO_REQUESTS


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Machines that are alike: `nodes` of them, each with `cpus`."""

    nodes: int
    cpus: int

    @classmethod
    def parse(cls, text: str) -> "Cluster":
        """A cluster written as 64x16. ValueError for anything else.

        >>> Cluster.parse("64x16")
        Cluster(nodes=64, cpus=16)
        """
        nodes, _, cpus = text.lower().partition("x")
        found = cls(nodes=int(nodes), cpus=int(cpus))
        if found.nodes < 1 or found.cpus < 1:
            raise ValueError(text)
        return found

    @property
    def total(self) -> int:
        return self.nodes * self.cpus


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


def stages_table(prediction: Prediction) -> Table:
    """The stages of a prediction for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("stage", "CPU time", "from", "to", "wall time", "memory a unit"):
        table.add_column(name, justify="left" if name == "stage" else "right", no_wrap=True)
    for stage in prediction.stages:
        times = (duration(s) for s in (stage.cpu_s, stage.low_s, stage.high_s, stage.wall_s))
        table.add_row(stage.stage, *times, size(stage.peak_bytes))
    return table


def compared(predicted: Mapping[str, float], stages: Iterable[StageCounts]) -> Iterator[str]:
    """Predicted against actual CPU time, a line a stage that was predicted and ran."""
    for stage in stages:
        if stage.name in predicted and stage.timed:
            expected, took = predicted[stage.name], stage.cpu_seconds
            off = (took - expected) / expected if expected else math.inf
            yield f"{stage.name}: predicted {duration(expected)} of CPU, took {duration(took)} ({off:+.0%})"
