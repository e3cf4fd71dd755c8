"""Loads the job that a command is given, with what the command line changes of it."""

import os
from collections.abc import Sequence
from pathlib import Path

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, JobError
from corpusmill.pipeline.config.base.problems import job_error
from corpusmill.pipeline.config.load import examine, load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.inputs.as_written import AsWritten, as_written
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight.owner import owner_of
from corpusmill.pipeline.stages.ingest import parts as ingest
from corpusmill.pipeline.workspace import inventory
from corpusmill.pipeline.workspace.shards import Shards

SAMPLE_SUFFIX = "-sample"

WRITTEN = "as_written.json"  # goes with a job that is sent


def job_of(job: Path, overrides: tuple[str, ...]) -> JobSpec:
    """The job in a file, with what the command line changes of it."""
    return with_sample_folder(load(job, overrides=overrides), overrides)


def job_to_run(job: Path, overrides: tuple[str, ...], *, sample: float | None, limit: int | None) -> JobSpec:
    """The same of a job that is to run: when it is wrong, its files and stores are looked at too, and all is told."""
    found = examine(job, overrides=(given := (*overrides, *sample_overrides(sample, limit))))
    if found.spec is None or found.problems:
        further = [found.source.problem(p.path, p.message) for p in preflight.also_wrong(found.parts)]
        raise job_error([*found.problems, *further])
    return with_sample_folder(found.spec, given)


def sample_overrides(sample: float | None, limit: int | None) -> tuple[str, ...]:
    """The overrides that `--sample` and `--limit` stand for."""
    given = {"sample.documents": sample, "sample.limit": limit}
    return tuple(f"{key}={value}" for key, value in given.items() if value is not None)


def with_sample_folder(spec: JobSpec, overrides: Sequence[str]) -> JobSpec:
    """The job with an output folder of its own, where the command line makes a sample of it and names no output."""
    keys = {override.partition("=")[0].strip() for override in overrides}
    if "output" in keys or not any(key.partition(".")[0] == "sample" for key in keys):
        return spec
    if owner_of(spec).sample is None:
        return spec
    return spec.model_copy(update={"output": sample_folder(spec.output)})


def sample_folder(output: str) -> str:
    """The folder for samples of the job that writes to `output`. InputError where that is a bucket.

    >>> sample_folder("/data/out/"), sample_folder("s3://bucket/corpus")
    ('/data/out-sample', 's3://bucket/corpus-sample')
    """
    _, slashes, path = output.rpartition("://")
    if slashes and "/" not in path.strip("/"):
        told = f"{output} is a bucket, and a sample has a folder beside the output: name one with `--set output=...`"
        raise InputError([InJob(("output",), told)])
    return output.rstrip("/") + SAMPLE_SUFFIX


def written_in(job: Path, overrides: Sequence[str]) -> AsWritten:
    """What a job file writes for its addresses; an empty one where it cannot be read, which is told elsewhere."""
    try:
        data = examine(job, overrides=overrides).source.data
    except JobError:
        return AsWritten()
    return as_written(data, job.parent, os.environ)


def from_job(out: Path, job: Path) -> str:
    """A file as the job names it: a path from the job file's folder, where it lies in or beside that."""
    return Path(os.path.relpath(out.resolve(), job.resolve().parent)).as_posix()


def sent_job(job: Path) -> tuple[JobSpec, AsWritten]:
    """A job as `submit` wrote it, everything worked in."""
    sent_with = job.parent / WRITTEN
    written = AsWritten.from_json(sent_with.read_text("utf-8")) if sent_with.is_file() else AsWritten()
    return JobSpec.from_canonical(job.read_text(encoding="utf-8")), written


def as_given(spec: JobSpec, workspace: Store) -> list[ingest.PartStatus]:
    """What of the job as it is now is committed, part by part of its steps."""
    return ingest.part_statuses(spec, workspace, shards_as_given(spec, workspace))


def shards_as_given(spec: JobSpec, workspace: Store) -> Shards:
    """The shards in the workspace of sources that are in the job and not taken out."""
    return inventory.usable(workspace, {i.source for i in spec.inputs})
