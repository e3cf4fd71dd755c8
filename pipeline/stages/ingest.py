"""Ingest: each shard of input becomes kept documents, dropped ones with their reasons, and the keys dedup needs."""

from collections.abc import Sequence
from dataclasses import asdict

from pipeline import sources
from pipeline.config.spec import JobSpec
from pipeline.identity import digest
from pipeline.run import Run
from pipeline.stages.dedup_keys import fingerprint as keys_fingerprint
from pipeline.stages.ingest_unit import Ingest
from pipeline.stages.inventory import Shard
from pipeline.stages.stage import Result, run_stage

MEMORY_BYTES = 1_500_000_000  # 1.25 times the peak of a worker on a 1 GB WET file


def units(spec: JobSpec, shards: Sequence[Shard]) -> list[dict[str, object]]:
    """One unit a shard. Its name says all that decides its outputs: the stretch of input, its number, the operators."""
    prints = {key: sources.fingerprint(spec, *key) for key in sorted({(s.source, s.reader) for s in shards})}
    keys = keys_fingerprint(spec.dedup)
    return [
        {"name": digest(asdict(s), prints[s.source, s.reader], keys, spec.sample.limit), **asdict(s)} for s in shards
    ]


def ingest(run: Run, shards: Sequence[Shard]) -> Result:
    """Read, extract, measure, decide. Units that fail are in the result; what becomes of them is the run's decision."""
    task = Ingest(job=run.spec.to_canonical(), workspace=run.workspace)
    return run_stage(run, "ingest", units(run.spec, shards), task, memory_bytes=MEMORY_BYTES, tolerant=True)
