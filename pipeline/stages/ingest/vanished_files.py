"""What an update keeps of files that are gone or are others now: it must have been read, for it cannot be any more."""

from collections.abc import Sequence
from dataclasses import replace

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import committed
from corpusmill.pipeline.stages.ingest import stage as ingest
from corpusmill.pipeline.steps.step_groups import parts_of
from corpusmill.pipeline.workspace.inventory import Numbered, Shard

SHOWN = 3  # files that the message names
WHY = (
    "an update keeps what was made of files that are gone or changed, but the job makes something else of its inputs "
    "now, and these cannot be read again as they were"
)
REMEDY = (
    "undo that change of `documents` or `dedup` (`corpusmill plan` names it), or say `corpusmill run`, which takes the "
    "inputs as they are now"
)


def without_vanished(spec: JobSpec, workspace: Store, found: Numbered) -> Numbered:
    """The shards without those that went before any run was done with them, and before they were read.

    InputError, which names the files, when one that a run has finished with is still to be read by the steps as they
    are now.
    """
    if lost := sorted({s.uri for s in unread(spec, workspace, found.kept)}):
        more = f" and {len(lost) - SHOWN:,} more" if len(lost) > SHOWN else ""
        raise InputError([f"{WHY}: {', '.join(lost[:SHOWN])}{more} (files: {len(lost):,}); {REMEDY}"])
    out = {*unread(spec, workspace, found.unfinished)}
    return replace(found, current=[s for s in found.current if s not in out])


def unread(spec: JobSpec, workspace: Store, shards: Sequence[Shard]) -> list[Shard]:
    """Those of the shards whose unit is not committed; later parts of the steps need no file.

    Under a limit of documents a unit's name rests on what those before it gave: none is told here.
    """
    if not shards or spec.sample.limit is not None:
        return []
    by_name = {str(u["name"]): s for u, s in zip(ingest.units(spec, shards), shards, strict=True)}
    done = committed(workspace, parts_of(spec)[0].stage, {*by_name}).counts
    return [s for name, s in by_name.items() if name not in done]
