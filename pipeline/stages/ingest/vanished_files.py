"""What an update keeps of files that are gone or are others now: it must have been read, for it cannot be any more."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import committed
from corpusmill.pipeline.stages.ingest import parts as ingest
from corpusmill.pipeline.steps.step_groups import parts_of
from corpusmill.pipeline.workspace.inventory import NO_SHARDS, Numbered
from corpusmill.pipeline.workspace.shards import Shards

SHOWN = 3  # files that the message names
WHY = (
    "an update keeps what was made of files that are gone or changed, but the job makes something else of its inputs "
    "now, and these cannot be read again as they were"
)
REMEDY = (
    "undo that change of `documents` or `dedup` (`corpusmill plan JOB` names it), or say `corpusmill run JOB`, "
    "which takes the inputs as they are now"
)


def without_vanished(spec: JobSpec, workspace: Store, found: Numbered) -> Numbered:
    """The shards without those that went before any run was done with them, and before they were read.

    InputError, which names the files, when one that a run has finished with is still to be read by the steps as they
    are now.
    """
    if lost := sorted(set(unread(spec, workspace, found.current, found.kept).table["uri"].to_pylist())):
        more = f" and {len(lost) - SHOWN:,} more" if len(lost) > SHOWN else ""
        raise InputError([f"{WHY}: {', '.join(lost[:SHOWN])}{more} (files: {len(lost):,}); {REMEDY}"])
    out = unread(spec, workspace, found.current, found.unfinished)
    if not len(out):
        return found
    return replace(found, current=found.current.filter(~np.isin(found.current.identities(), out.identities())))


def unread(spec: JobSpec, workspace: Store, current: Shards, shards: Shards) -> Shards:
    """Those of the shards whose unit, as the current ones make it, is not committed; later parts of the steps need no
    file.

    Under a limit of documents a unit's name rests on what those before it gave: none is told here.
    """
    if not len(shards) or spec.sample.limit is not None:
        return NO_SHARDS
    groups = current.filter(np.isin(current.numbers(), shards.numbers())).groups()
    by_name = {str(u["name"]): g for u, g in zip(ingest.units_of(spec, groups), groups, strict=True)}
    done = committed(workspace, parts_of(spec)[0].stage, {*by_name}).counts
    tables = [g.files.table for name, g in by_name.items() if name not in done]
    if not tables:
        return NO_SHARDS
    unread_ = Shards(pa.concat_tables(tables))
    return unread_.filter(np.isin(unread_.identities(), shards.identities()))
