"""What the driver itself does for many units: its real functions over synthetic files and markers.

    python -m benchmarks.scale_driver [UNITS]

Each line is CPU time of this process, by unit, and the memory that it holds afterwards. Nothing is read but markers, so
that the figures are those of a driver whatever its corpus; the store is a folder, and what a store in the network adds
is in the column of requests.
"""

import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.mixing import mix_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup.settings import EnteredShard, Settings
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.exchange.planning import plan_exchange
from corpusmill.pipeline.exchange.rounds import run_exchange
from corpusmill.pipeline.execution.run_stage import committed, finished, manifest_of
from corpusmill.pipeline.execution.tally import Sums
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.report.funnel_of_stages import funnel, of_ingest
from corpusmill.pipeline.stages.ingest.parts import units_of as ingest_units
from corpusmill.pipeline.stages.mix.grouped import GROUP_UNITS
from corpusmill.pipeline.stages.mix.supply import summed
from corpusmill.pipeline.stages.tokenize.stage import axes_units
from corpusmill.pipeline.stages.tokenize.stage import units_of as tokenize_units
from corpusmill.pipeline.steps.sources import input_of
from corpusmill.pipeline.workspace.inventory import NO_SHARDS, _to_bytes, numbered
from corpusmill.pipeline.workspace.shards import UnitFiles

T = TypeVar("T")
UNITS = 100_000
FILE_BYTES = 256 << 20  # of an input file, one unit each
LANGUAGES, REASONS, LEAVES = 40, 30, 2000  # of a unit's tally; of the mix
KEY_BYTES = 12 << 20  # of the bands of a unit: 3 billion documents in 90,000 units, see docs/scale.md
JOB = """
name: scale
workspace: {work}
output: {work}-out
inputs: [{{source: a, paths: ['/data/*.jsonl.gz']}}]
documents: [signals.counts]
mix: {{axes: [language], temperature: 3.33, budget_tokens: 1000000000000}}
"""


@dataclass(frozen=True)
class Step:
    """One thing a driver does. cpu_s: for all units; peak_bytes: of the process so far; requests: to a store."""

    name: str
    cpu_s: float
    peak_bytes: int
    requests: int = 0


class Steps:
    """Measures what is done, in order."""

    def __init__(self) -> None:
        self.done: list[Step] = []

    def take(self, name: str, work: Callable[[], T], requests: int = 0) -> T:
        """Do a piece of work, and note what it took."""
        began = time.process_time()
        found = work()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self.done.append(Step(name, time.process_time() - began, peak, requests))
        return found


def marker(number: int, name: str) -> dict[str, Any]:
    """What an ingest unit of web pages returns: 40 languages kept, 30 reasons of steps."""
    tally = [["kept", what, "a", "web", f"l{i}", 50 + i] for what in ("documents", "bytes") for i in range(LANGUAGES)]
    tally += [["dropped", "decide.bounds", f"reason {i}", 7] for i in range(REASONS)]
    tally += [["gone", "dropped", "a", "web", f"l{i}", 7] for i in range(REASONS)]
    tally += [["records", 5000 + number % 7], ["in", "documents", "a", 5000], ["read_bytes", FILE_BYTES]]
    sizes = {f"{kind}/.parquet": 1 << 20 for kind in ("documents", "dropped", "sketches", "evidence")}
    sizes |= {"keys/.url.arrow": 1 << 20, "keys/.text.arrow": 1 << 20, "bands/.arrow": KEY_BYTES}
    return {
        "documents": 2000,
        "taken": 5000,
        "read_bytes": FILE_BYTES,
        "source": "a",
        "files_bytes": sizes,
        "tally": tally,
    }


def files_of(spec: JobSpec, units: int) -> list[tuple[InputFile, str, Any]]:
    """Input files as a listing has them, each with its reader."""
    reader = build_reader(input_of(spec, "a"), "readers.jsonl")
    return [
        (
            InputFile(source="a", uri=f"s3://bucket/data/{n:06d}.jsonl.gz", size=FILE_BYTES, etag=f"{n:032x}"),
            "readers.jsonl",
            reader,
        )
        for n in range(units)
    ]


def measured(units: int, folder: Path) -> list[Step]:
    """Everything the driver of a job of so many units does, but for what Ray does for it."""
    steps = Steps()
    spec, store = parse(JOB.format(work=folder)), Store(str(folder))
    files = steps.take("list of input files", lambda: files_of(spec, units), requests=units // 1000)
    found = steps.take("inventory: numbers for new files", lambda: numbered(NO_SHARDS, files, update=False))
    steps.take("inventory: written", lambda: store.publish("inventory.parquet", _to_bytes(found.all)), requests=1)
    groups = steps.take("units: files in groups", lambda: found.current.groups())
    work = steps.take("units: names of ingest", lambda: ingest_units(spec, groups))
    names = [str(u["name"]) for u in work]
    steps.take("units: as JSON for workers", lambda: sum(len(json.dumps(u)) for u in work))
    for number, name in enumerate(names):
        path = folder / "units" / "ingest" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(marker(number, name)))
    sums = steps.take(
        "resume: markers listed and read",
        lambda: committed(store, "ingest", set(names)),
        requests=units + units // 1000,
    )
    _progress(steps, names)
    counts = {name: sums.counts[name] for name in names}
    content = steps.take("stage manifest: written", lambda: _manifest(store, names, counts, sums), requests=1)
    print(f"stage manifest of ingest: {content / 1e6:,.0f} MB", file=sys.stderr)
    steps.take("stage manifest: read", lambda: finished(store, "ingest", names), requests=1)
    steps.take("accounting: funnel of all tallies", lambda: funnel([of_ingest(sums.tally)]))
    _dedup(steps, spec, names, groups)
    shards = dict(zip(names, groups, strict=True))
    _mix(steps, spec, shards)
    return steps.done


def _progress(steps: Steps, names: list[str]) -> None:
    """A result of each unit as it comes: its tally added up, its event written."""
    results = [marker(n, name) for n, name in enumerate(names[:1000])]

    def take_all() -> None:
        sums, recorder = Sums(), Recorder()
        recorder.began("ingest", len(names))
        figures: Any = {"seconds": 1.0, "cpu_seconds": 1.0, "first": False, "peak_bytes": 1}
        for n, name in enumerate(names):
            sums.take(name, results[n % len(results)])
            recorder.unit_done("ingest", name, figures, results[n % len(results)])
            recorder.moved("ingest", documents=1, size_bytes=1)
        recorder.state()

    steps.take("results: tallies and events", take_all)


def _manifest(store: Store, names: list[str], counts: Any, sums: Sums) -> int:
    payload = json.dumps({"units": counts, "tally": sums.tally.to_json()}, sort_keys=True).encode()
    store.publish(manifest_of("ingest", names), payload)
    return len(payload)


def _dedup(steps: Steps, spec: JobSpec, names: list[str], groups: list[UnitFiles]) -> None:
    def settings() -> Settings:
        shards = [
            EnteredShard(unit=n, number=g.number, source="a", priority=0, uri=g.uri)
            for n, g in zip(names, groups, strict=True)
        ]
        return Settings(spec=spec.dedup, shards=tuple(shards))

    steps.take("dedup: settings and fingerprint", settings)
    files = {f"bands/{name}.arrow": KEY_BYTES for name in names}
    made = steps.take("dedup: exchange of bands planned", lambda: plan_exchange(len(files), sum(files.values())))

    def phase(name: str, units: Sequence[Any], task: Any, *, size_bytes: int) -> list[Any]:
        return [{"names": [f"exchange/{u['name']}.arrow"]} for u in units]

    steps.take(
        "dedup: units of that exchange",
        lambda: run_exchange(files, label="bands", phase=phase),
        requests=made.gets + made.puts,
    )


def _mix(steps: Steps, spec: JobSpec, shards: dict[str, UnitFiles]) -> None:
    tables = {name: f"duplicates/{name}/{hashlib.sha256(name.encode()).hexdigest()[:32]}.parquet" for name in shards}
    tokens = steps.take("units: names of tokenize", lambda: tokenize_units(spec, shards, tables))
    made = {u["name"]: u for u in tokens}
    steps.take("units: names of axes", lambda: axes_units(spec, made))
    mix = mix_of(spec.mix)
    columns = {"language": [f"l{n}" for n in range(LEAVES)], "multiplier_64": [64] * LEAVES}
    numbers = {"documents": [5000] * LEAVES, "tokens": [10**9 + n for n in range(LEAVES)], "largest": [9000] * LEAVES}
    answer = pa.table({**columns, **numbers})
    whole = steps.take("mix: counts of groups added up", lambda: summed([answer] * GROUP_UNITS), requests=GROUP_UNITS)
    steps.take("mix: plan", lambda: plan(LeafTable.of(whole, mix.columns()), mix))


def main() -> None:
    """Print the table."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    with tempfile.TemporaryDirectory(prefix="corpusmill-scale-") as folder:
        done = measured(units, Path(folder))
    print(f"| the driver of {units:,} units | CPU-s | ms a unit | peak memory, GB | requests |\n|---|---|---|---|---|")
    for step in done:
        each = 1000 * step.cpu_s / units
        print(f"| {step.name} | {step.cpu_s:,.2f} | {each:.3f} | {step.peak_bytes / 1e9:.2f} | {step.requests:,} |")
    total, requests = sum(step.cpu_s for step in done), sum(step.requests for step in done)
    each, peak = 1000 * total / units, done[-1].peak_bytes / 1e9
    print(f"| all | {total:,.1f} | {each:.2f} | {peak:.2f} | {requests:,} |")


if __name__ == "__main__":
    main()
