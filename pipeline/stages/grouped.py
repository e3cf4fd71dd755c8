"""Small answers from many units: read light columns of each, combine in groups on the workers, then here.

Few units are read where the run is, without Ray; many go to workers in groups, each group's answer one file.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cluster.storage import Store
from pipeline.identity import digest
from pipeline.run import Run
from pipeline.stages.stage import commit_unit, run_stage
from pipeline.stages.units import Unit

GROUP_UNITS = 64
HERE_DOCUMENTS = 2_000_000  # of so many documents the light columns are read in seconds; a guess

Read = Callable[[Store, Sequence[str]], pa.Table]


@dataclass(frozen=True)
class GroupTask:
    """Runs `read` on a group of units and writes the table it gives; travels to the workers."""

    workspace: Store
    stage: str
    read: Read

    def __call__(self, unit: Unit) -> Mapping[str, Any]:
        out = io.BytesIO()
        pq.write_table(self.read(self.workspace, unit["units"]), out, compression="zstd")
        self.workspace.publish(f"groups/{unit['name']}.parquet", out.getvalue())
        return commit_unit(self.workspace, self.stage, unit["name"], {})


def read_groups(
    run: Run, stage: str, units: Sequence[str], read: Read, *, documents: int, decides: str
) -> list[pa.Table]:
    """One table of each group of units, in order. decides: changes with whatever else decides what `read` gives."""
    groups = [list(units[i : i + GROUP_UNITS]) for i in range(0, len(units), GROUP_UNITS)]
    if documents <= HERE_DOCUMENTS:
        return [read(run.workspace, group) for group in groups]
    work = [{"name": digest(stage, decides, group), "units": group} for group in groups]
    run_stage(run, stage, work, GroupTask(run.workspace, stage, read))
    return [pq.read_table(io.BytesIO(run.workspace.read(f"groups/{w['name']}.parquet"))) for w in work]
