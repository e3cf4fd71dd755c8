"""The ingest units of a job in this process, and what gathering evidence takes of their CPU; prints one JSON object.

Usage: evidence_run.py JOB. Compiling and loading kernels is done before the clock starts.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.evidence.safe_gatherer import SafeGatherer
from corpusmill.pipeline.preflight import checks
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.ingest.parts import units
from corpusmill.pipeline.stages.ingest.unit import Ingest
from corpusmill.pipeline.workspace.inventory import Shard

METHODS = ("add", "packed")
ROUNDS = 4


def shares(job: Path) -> dict[str, float]:
    """CPU seconds of all units (`whole`) and of gathering alone (`evidence`).

    The least of some rounds, since other work on the machine only adds.
    """
    spec = load(job)
    files = checks.with_readers(spec, checks.check_inputs(spec))
    shards = [
        Shard(run=0, shard=i, source=f.source, uri=f.uri, size=f.size, etag=f.etag, start=0, end=f.size, reader=name)
        for i, (f, name, _) in enumerate(files)
    ]
    canonical = spec.to_canonical()
    warm.warm_ingest(canonical, shards[0].source, shards[0].reader)
    task = Ingest(job=canonical, workspace=Store(spec.workspace), code={}, files={})
    spent = {"evidence": 0.0}
    for name in METHODS:
        setattr(SafeGatherer, name, timed(getattr(SafeGatherer, name), spent))
    work = units(spec, shards)
    task(work[0])  # what is done once a process is not counted
    whole, evidence = [], []
    for _ in range(ROUNDS):
        spent["evidence"], begin = 0.0, time.process_time()
        for unit in work:
            task(unit)
        whole.append(time.process_time() - begin)
        evidence.append(spent["evidence"])
    return {"whole": min(whole), "evidence": min(evidence)}


def timed(method: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    """The same method; its CPU seconds are added to `spent`."""

    def call(*arguments: object) -> object:
        begin = time.process_time()
        found = method(*arguments)
        spent["evidence"] += time.process_time() - begin
        return found

    return call


if __name__ == "__main__":
    print(json.dumps(shares(Path(sys.argv[1]))))
