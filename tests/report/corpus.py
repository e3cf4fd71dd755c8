"""A workspace of real documents, made in this process by the ingest units of a job, without Ray."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.evidence import Evidence, of_name
from corpusmill.pipeline.evidence.merge import merge_all
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.preflight import checks
from corpusmill.pipeline.stages.ingest.parts import units
from corpusmill.pipeline.stages.ingest.unit import Ingest
from corpusmill.pipeline.workspace.inventory import Shard


def job(folder: Path, text: str, overrides: Sequence[str] = ()) -> JobSpec:
    """The job of this text."""
    path = folder / "job.yaml"
    path.write_text(text)
    return load(path, overrides=overrides)


def ingested(spec: JobSpec) -> tuple[Evidence, Tally]:
    """Run every ingest unit of a job here; what was gathered, and what was counted."""
    workspace = Store(spec.workspace)
    files = checks.with_readers(spec, checks.check_inputs(spec))
    shards = [
        Shard(run=0, shard=i, source=f.source, uri=f.uri, size=f.size, etag=f.etag, start=0, end=f.size, reader=name)
        for i, (f, name, _) in enumerate(files)
    ]
    tally, names = Tally(), []
    task = Ingest(job=spec.to_canonical(), workspace=workspace, code={}, files={})
    for unit in units(spec, shards):
        told: Any = task(unit)
        tally.merge(Tally.from_json(json.loads(json.dumps(told["tally"]))))
        names.append(str(unit["name"]))
    return of_name(workspace, merge_all(workspace, sorted(names), lambda _: None)), tally
