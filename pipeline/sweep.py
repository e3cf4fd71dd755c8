"""What in a workspace nothing refers to any more: outputs of operators that have changed since, writes that were cut off.

A file is kept when its unit belongs to the job as it is now, or to a manifest of a finished stage of it. The dry run
lists exactly what the real one deletes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cluster.storage import Store

UNIT_FOLDERS = ("documents", "dropped", "bands", "sketches", "keys", "duplicates", "tokens", "selected")


@dataclass(frozen=True)
class Sweep:
    """Names in the workspace that may go, and their bytes."""

    names: tuple[str, ...]
    size_bytes: int


def unreferenced(workspace: Store, live_units: Iterable[str]) -> Sweep:
    """Files of units that are not live, and unfinished local writes."""
    live = set(live_units)
    gone = list(workspace.unfinished())
    for folder in (*UNIT_FOLDERS, "units"):
        for file in workspace.files(folder):
            unit = file.uri.rsplit("/", 1)[1].split(".", 1)[0]
            if unit not in live:
                gone.append(file)
    return Sweep(tuple(sorted(f.uri for f in gone)), sum(f.size for f in gone))


def sweep(workspace: Store, found: Sweep) -> None:
    """Delete what `unreferenced` found."""
    for name in found.names:
        workspace.delete(name)
