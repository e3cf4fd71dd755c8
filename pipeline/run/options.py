"""How a job is run, apart from what it makes."""

from dataclasses import dataclass, field

from corpusmill.cluster.local_ray import LocalRay
from corpusmill.errors import InputError
from corpusmill.pipeline.inputs.as_written import AsWritten
from corpusmill.pipeline.run import lineage


@dataclass(frozen=True)
class Options:
    """How a job is run, apart from what it makes.

    address: of a Ray cluster (`auto`, `HOST:PORT`); null: this machine, with `workers` CPUs (null: all).
    update: process only new and changed inputs, as `corpusmill update` does.
    replace: the output may hold the dataset of another job, which is replaced.
    """

    address: str | None = None  # of a Ray cluster; None: this machine
    workers: int | None = None  # CPUs on this machine; None: all
    update: bool = False  # new and changed inputs become a run of their own, after what is published
    replace: bool = False  # the dataset of another job, where one lies in the output
    written: AsWritten = field(default_factory=AsWritten)  # what the job file writes for its addresses
    look: bool = True  # at the inputs; else the run is about what the last one was about, less what is excluded since
    kind: str = ""  # of command, for those who watch; "": run or update
    lineage: str | None = None  # where OpenLineage events go: a file or an http(s) address
    versioned: bool = False  # what is new becomes a version of its own; so it does wherever there are versions already
    slot: str | None = None  # of a schedule that the run is for
    begun: LocalRay | None = None  # Ray on this machine, where it has been started already

    def __post_init__(self) -> None:
        if self.address is not None and self.workers is not None:
            told = (
                "--workers is about this machine, and with --address the work is done elsewhere: leave out one of them"
            )
            raise InputError([told])
        lineage.check_target(self.lineage)
