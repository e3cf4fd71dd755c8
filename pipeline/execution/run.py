"""What every stage of a run is handed: the job, its two stores, the lease, and a way to speak to people."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpusmill.cluster.lease import Lease
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.events.recorder import Recorder

if TYPE_CHECKING:  # workers show nothing
    from corpusmill.pipeline.execution.progress import Display


@dataclass(frozen=True)
class Run:
    """One run of a job in a workspace it holds."""

    spec: JobSpec
    workspace: Store
    output: Store
    lease: Lease
    display: "Display"
    ray: Callable[[], int]  # starts Ray on the first call, when there is something to run; gives the number of CPUs
    events: Recorder = field(default_factory=Recorder)  # what the stages report, for others to watch
    replace: bool = False  # the dataset of another job, where one lies in the output
    started: float = field(default_factory=time.monotonic)  # seconds, of the monotonic clock
    provenance: Callable[[], Mapping[str, Any]] = dict  # how the dataset was made, for `_run.json`
