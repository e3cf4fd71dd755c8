"""Estimates the requests that a run makes to object stores, from counts of whole jobs.

The rates are those that tests/pipeline/test_requests.py counts; larger files and exchanges of many rounds cost more.
"""

from collections.abc import Iterator, Sequence

from corpusmill.cluster.filesystems import protocol_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight.survey import LOOKED_INTO
from corpusmill.pipeline.report.cost.prediction import INPUT_BLOCK_BYTES
from corpusmill.pipeline.report.cost.prices import REMOTE, S3, unit_requests
from corpusmill.pipeline.workspace.shards import Shards

A_JOB = 260  # whatever the number of units, counted; 25 more for each minute, which nobody knows beforehand


def estimate(spec: JobSpec, files: Sequence[InputFile], new: Shards) -> int:
    """Requests of a run that reads the new shards and does all else. files: all inputs, whose heads are read."""
    of_inputs = 0
    if any(protocol_of(path) in REMOTE for each in spec.inputs for path in each.paths):
        looked = min(len(files), LOOKED_INTO * len(spec.inputs))
        blocks = -(-(new.column("end") - new.column("start")) // INPUT_BLOCK_BYTES)
        of_inputs = looked + int(blocks.sum())
    units = len(set(new.numbers().tolist()))
    of_unit = unit_requests(spec.workspace).total
    return of_inputs + (of_unit * units + A_JOB if of_unit else 0)


def lines(spec: JobSpec, files: Sequence[InputFile], new: Shards) -> Iterator[str]:
    """What `plan` says of them; nothing where no store is remote, or nothing is new."""
    if len(new) and (found := estimate(spec, files, new)):
        units = counted(len(set(new.numbers().tolist())), "unit")
        urls = (spec.workspace, *(path for each in spec.inputs for path in each.paths))
        in_s3 = all(protocol_of(url) in S3 for url in urls if protocol_of(url) in REMOTE)
        yield f"requests: about {found} to {'S3' if in_s3 else 'stores'} for {counted(len(new), 'file')} in {units}"
