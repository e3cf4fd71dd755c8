"""What an update keeps of files that are gone or are others now: it must have been read, for it cannot be any more."""

from collections.abc import Sequence

from cluster.storage import Store
from pipeline.config.spec import JobSpec
from pipeline.inputs import InputError
from pipeline.parts import parts_of
from pipeline.stages import ingest
from pipeline.stages.inventory import Shard
from pipeline.stages.stage import committed

SHOWN = 3  # files that the message names
WHY = (
    "an update keeps what was made of files that are gone or changed, but the job makes something else of its inputs "
    "now, and these cannot be read again as they were"
)
REMEDY = (
    "undo that change of `documents` or `dedup` (`corpusmill plan` names it), or say `corpusmill run`, which takes the "
    "inputs as they are now"
)


def check(spec: JobSpec, workspace: Store, kept: Sequence[Shard]) -> None:
    """InputError when one of the shards is still to be read by the steps as they are now; it names their files."""
    if lost := unread(spec, workspace, kept):
        more = f" and {len(lost) - SHOWN:,} more" if len(lost) > SHOWN else ""
        raise InputError([f"{WHY}: {', '.join(lost[:SHOWN])}{more} (files: {len(lost):,}); {REMEDY}"])


def unread(spec: JobSpec, workspace: Store, kept: Sequence[Shard]) -> list[str]:
    """The files of those shards whose unit is not committed, sorted; later parts of the steps need no file.

    Under a limit of documents a unit's name rests on what those before it gave: none is told here.
    """
    if not kept or spec.sample.limit is not None:
        return []
    by_name = {str(u["name"]): s for u, s in zip(ingest.units(spec, kept), kept, strict=True)}
    done = committed(workspace, parts_of(spec)[0].stage, {*by_name}).counts
    return sorted({s.uri for name, s in by_name.items() if name not in done})
