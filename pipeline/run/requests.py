"""Estimates the requests that a run makes to object stores, from counts of whole jobs.

The rates are those that tests/pipeline/test_requests.py counts; larger files and exchanges of many rounds cost more.
"""

from collections.abc import Iterator, Sequence

from corpusmill.cluster.filesystems import protocol_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight.survey import LOOKED_INTO
from corpusmill.pipeline.report.cost import A_UNIT, INPUT_BLOCK_BYTES
from corpusmill.pipeline.workspace.shards import Shards

A_JOB = 150  # whatever the number of units, counted
REMOTE = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az")


def estimate(spec: JobSpec, files: Sequence[InputFile], new: Shards) -> int:
    """Requests of a run that reads the new shards and does all else. files: all inputs, whose heads are read."""
    of_inputs = 0
    if any(protocol_of(path) in REMOTE for each in spec.inputs for path in each.paths):
        looked = min(len(files), LOOKED_INTO * len(spec.inputs))
        blocks = -(-(new.column("end") - new.column("start")) // INPUT_BLOCK_BYTES)
        of_inputs = looked + int(blocks.sum())
    units = len(set(new.numbers().tolist()))
    return of_inputs + (A_UNIT * units + A_JOB if protocol_of(spec.workspace) in REMOTE else 0)


def lines(spec: JobSpec, files: Sequence[InputFile], new: Shards) -> Iterator[str]:
    """What `plan` says of them; nothing where no store is remote, or nothing is new."""
    if len(new) and (found := estimate(spec, files, new)):
        units = counted(len(set(new.numbers().tolist())), "unit")
        yield f"requests: about {found} to the store for {counted(len(new), 'file')} in {units}"
