"""Decides what a new version is made of, and puts it in front of readers, last of all."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files import latest
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.latest import Pointer, folder_store


@dataclass(frozen=True, kw_only=True)
class VersionRecord:
    """What `_version.json` says of a version.

    slot: of the schedule it was made for. base: the version its parts were carried over from; null: all was packed, and
    `why` says why. packing, mix: fingerprints of what was packed and of its mix; axes: the axes unit of each shard, by
    its number. run: number of the newest run of the workspace that is in it. new: files, documents, tokens and
    duplicates of what was added. cpu_seconds: of all `runs` that made it, of which the last one finished. chat: changes
    with whatever decides the ids and masks of conversations.
    """

    version: str
    slot: str | None
    made_at_utc: str
    base: str | None
    why: str | None
    packing: str
    mix: str
    axes: Mapping[str, str]
    generation: int
    run: int
    new: Mapping[str, int]
    cpu_seconds: float
    runs: int = 1
    chat: str = ""

    def to_json(self) -> bytes:
        """The content of the file."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()


def now_utc() -> str:
    """The time as records have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def begin(run: Run) -> None:
    """Put a pointer where there is none: from here on the output is a dataset with versions."""
    if latest.pointer_of(run.output) is None:
        run.lease.check()
        there = run.output.exists(MANIFEST)
        latest.point(run.output, Pointer(folder="" if there else None))


def next_folder(output: Store) -> str:
    """The folder of the next version: one that was begun and not finished, else one with the next number."""
    there = latest.folders(output)
    done = [folder for folder in latest.finished(output) if latest.record_of(output, folder)]
    last = int(done[-1][1:]) if done else 0
    begun = [folder for folder in there if int(folder[1:]) > last]
    return begun[-1] if begun else f"v{last + 1:04d}"


def newest(output: Store) -> tuple[str, Mapping[str, Any]] | None:
    """The newest finished version and its record; None before the first."""
    for folder in reversed(latest.finished(output)):
        if record := latest.record_of(output, folder):
            return folder, record
    return None


def put_in_front(run: Run, record: VersionRecord, *, max_shrink: float) -> str | None:
    """Write a version's record, then move the pointer to it; why it was not moved, or None.

    A pointer that a person holds stays; so does one to a version with many more tokens.
    """
    output, folder = run.output, record.version
    run.lease.check()
    folder_store(output, folder).publish(latest.VERSION, record.to_json())
    faultpoint.reached("version.latest")
    return move_pointer(run, folder, max_shrink=max_shrink)


def move_pointer(run: Run, folder: str, *, max_shrink: float) -> str | None:
    """Move the pointer to a finished version, unless it is held or the version lost too much; why not, or None."""
    pointer = latest.pointer_of(run.output)
    if pointer is not None and pointer.folder == folder:
        return None
    if pointer is not None and pointer.held:
        return f"latest is held at {pointer.folder or 'the dataset without versions'}: {pointer.reason}"
    if pointer is not None and pointer.folder is not None:
        before = tokens_of(run.output, pointer.folder)
        after = tokens_of(run.output, folder)
        if after < (1 - max_shrink) * before:
            return (
                f"{folder} has {after:,} tokens and {pointer.folder or 'the dataset so far'} {before:,}: that is more "
                f"than `versions.max_shrink` ({max_shrink:.0%}) lost"
            )
    run.lease.check()
    latest.point(run.output, Pointer(folder=folder))
    return None


def tokens_of(output: Store, folder: str) -> int:
    """Tokens of a finished version, by its manifest."""
    return int(json.loads(folder_store(output, folder).read(MANIFEST))["tokens"])


def retire(run: Run, *, keep: int) -> list[str]:
    """Delete old versions, each one's manifest first; their names. The newest, the latest and the tagged stay."""
    output = run.output
    done, there = latest.finished(output), latest.folders(output)
    pointer = latest.pointer_of(output)
    stay = {*done[-keep:], *latest.tags_of(output).values(), pointer.folder if pointer is not None else None}
    newest_done = int(done[-1][1:]) if done else 0
    old = [f for f in there if f not in stay and int(f[1:]) <= newest_done]
    for folder in old:
        run.lease.check()
        store = folder_store(output, folder)
        store.delete(MANIFEST)
        for file in store.files():
            store.delete(file.uri)
        if store.is_local:
            _remove_empty(store)
    return old


def _remove_empty(store: Store) -> None:
    """Remove the folders of a version of which no file is there any more."""
    import shutil

    shutil.rmtree(store.root, ignore_errors=True)
