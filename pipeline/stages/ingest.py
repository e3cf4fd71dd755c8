"""Ingest: each shard of input becomes kept documents, dropped ones with their reasons, and the keys dedup needs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from pipeline import kernels, own_code, resources, sources, warm
from pipeline.config.spec import JobSpec
from pipeline.identity import digest
from pipeline.run import Run
from pipeline.stages.dedup_keys import fingerprint as keys_fingerprint
from pipeline.stages.ingest_unit import Ingest
from pipeline.stages.inventory import Shard
from pipeline.stages.stage import Result, run_stage
from pipeline.stages.units import Failed

MEMORY_BYTES = 1_500_000_000  # 1.25 times the peak of a worker on a 1 GB WET file


@dataclass(frozen=True)
class Ingested:
    """What the stage did, and the shard of each unit that is committed."""

    result: Result
    shards: Mapping[str, Shard]


def units(spec: JobSpec, shards: Sequence[Shard], limit: int | None = None) -> list[dict[str, object]]:
    """One unit a shard. Its name says all that decides its outputs: the stretch of input, its number, the operators.

    limit: at most this many documents of each shard; null: all.
    """
    prints = {key: sources.fingerprint(spec, *key) for key in sorted({(s.source, s.reader) for s in shards})}
    keys = keys_fingerprint(spec.dedup)
    return [
        {"name": digest(asdict(s), prints[s.source, s.reader], keys, limit), "limit": limit, **asdict(s)}
        for s in shards
    ]


def ingest(run: Run, shards: Sequence[Shard]) -> Ingested:
    """Read, extract, measure, decide. Units that fail are in the result; what becomes of them is the run's decision."""
    job = run.spec.to_canonical()
    if not all(kernels.are_ready(warm.ingest_use(job, reader)) for reader in {s.reader for s in shards}):
        run.display.line("kernels are being compiled for this machine: a minute or so, this once")
    files = {r.address: resources.sha256(r.address) for r in sources.files_of(job)}
    task = Ingest(job=job, workspace=run.workspace, code=own_code.modules_of(run.spec), files=files)
    if run.spec.sample.limit is not None:
        return _limited(run, shards, task, run.spec.sample.limit)
    work = units(run.spec, shards)
    result = run_stage(run, "ingest", work, task, memory_bytes=MEMORY_BYTES, tolerant=True)
    by_name = {str(u["name"]): s for u, s in zip(work, shards, strict=True)}
    return Ingested(result, {name: by_name[name] for name in result.counts})


def _limited(run: Run, shards: Sequence[Shard], task: Ingest, limit: int) -> Ingested:
    """Shards of a source one after another, in the order of their hash, until it has given `limit` documents.

    So a larger limit contains a smaller one, and a quick look reads no more than it shows.
    """
    counts, found, failed, ran = {}, {}, list[Failed](), 0
    for source in sorted({s.source for s in shards}):
        left = limit
        for shard in sorted((s for s in shards if s.source == source), key=lambda s: digest(s.uri, s.start)):
            if left <= 0:
                break
            work = units(run.spec, [shard], left)
            result = run_stage(run, "ingest", work, task, memory_bytes=MEMORY_BYTES, tolerant=True)
            counts |= result.counts
            found |= dict.fromkeys(result.counts, shard)
            failed += result.failed
            ran += result.ran
            left -= sum(int(c["taken"]) for c in result.counts.values())
    order = sorted(found, key=lambda name: found[name])
    return Ingested(Result("ingest", {n: counts[n] for n in order}, ran, failed), {n: found[n] for n in order})
