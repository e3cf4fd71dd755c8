"""Starts Ray on this machine before a run, while the command still imports what it needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from corpusmill.cluster.local_ray import LocalRay

PRELOAD = ("corpusmill.pipeline.stages.ingest.unit",)  # what a worker needs for its first unit


@contextmanager
def ray_ahead(workers: int | None) -> Iterator[LocalRay]:
    """A session of Ray that starts while the body of the `with` runs, and ends with it at the latest.

    For commands that are sure to run units: Ray costs ten CPU seconds.
    """
    begun = LocalRay(workers, PRELOAD)
    try:
        yield begun
    finally:
        begun.end()
