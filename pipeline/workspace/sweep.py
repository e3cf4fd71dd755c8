"""What in a workspace nothing refers to any more: outputs of operators that changed since, writes that were cut off.

A finished run leaves the names of all it rests on in `_live.json`; those stay, and so does what belongs to the job as
it is now, with the versions of the index that rest on nothing else. The dry run lists exactly what the real one
deletes.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster import reach
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup import index
from corpusmill.pipeline.files import workspace_layout as layout

KEPT = (*layout.AT_THE_TOP, f"{layout.LEASE}/", f"{layout.EVENTS}/", "index/takedown", "index/withheld")


@dataclass(frozen=True)
class Folder:
    """What of one folder of the workspace may be deleted; name: "." for files at the top."""

    name: str
    files: int
    size_bytes: int


@dataclass(frozen=True)
class Sweep:
    """Names in the workspace that may go, their bytes, and both by folder."""

    names: tuple[str, ...]
    size_bytes: int
    folders: tuple[Folder, ...] = ()


def remember(workspace: Store, **names: Iterable[Any]) -> None:
    """Keep what a finished run rests on: numbers of its `shards`, what was `taken_out`, `ingested` units,
    tables of `duplicates`, and the `names` of all else. A run that finds all done says it too, if it is not said yet:
    the one before it may have ended after its last stage.
    """
    workspace.publish_changed(
        layout.LIVE, json.dumps({what: sorted(set(told)) for what, told in names.items()}).encode()
    )


def remembered(workspace: Store, what: str) -> set[Any]:
    """What the last finished run rests on, see `remember`; nothing before the first run."""
    try:
        return set(json.loads(workspace.read(layout.LIVE)).get(what, ()))
    except FileNotFoundError:
        return set()


def unreferenced(workspace: Store, live: set[str], folders: Collection[str]) -> Sweep:
    """Files of ours that belong to no live name, and unfinished local writes of ours. folders: all that runs write.

    Versions of the index that rest on units which are all live stay, with the levels they name.
    """
    kept = {n: v for n, v in index.versions(workspace).items() if live.issuperset(v["shards"])}
    levels = {name for v in kept.values() for _, kinds in v["levels"] for files in kinds.values() for name in files}
    folders_of_levels = {name.rpartition("/")[0] for name in levels}

    def goes(name: str) -> bool:
        if name.startswith(KEPT) or name in kept or name.rpartition("/")[0] in folders_of_levels:
            return False
        return name.startswith(f"{index.FOLDER}/") or name_of(name) not in live

    gone = [f for f in workspace.files() if is_ours(f.uri, folders) and goes(f.uri)]
    gone += [f for f in workspace.unfinished() if is_ours(f.uri, folders)]
    sizes: dict[str, list[int]] = {}
    for file in gone:
        folder, inside, _ = file.uri.partition("/")
        sizes.setdefault(folder if inside else ".", []).append(file.size)
    totals = tuple(Folder(name, len(found), sum(found)) for name, found in sorted(sizes.items()))
    return Sweep(tuple(sorted(f.uri for f in gone)), sum(f.size for f in gone), totals)


def is_ours(name: str, folders: Collection[str]) -> bool:
    """Whether a run writes such a name in its workspace. folders: all that runs write there.

    >>> names = ("units/ingest/ab.json", "_job.json.1f.unfinished", "out/part-0", "notes.md")
    >>> [is_ours(name, {"units"}) for name in names]
    [True, True, False, False]
    """
    folder, inside, _ = name.partition("/")
    return folder in folders if inside else name.startswith((*layout.AT_THE_TOP, reach.PREFIX))


def name_of(path: str) -> str:
    """The unit or fingerprint that a file belongs to.

    >>> name_of("units/ingest/ab12.json"), name_of("keys/ab12.url.arrow"), name_of("duplicates/ab12/9f.parquet")
    ('ab12', 'ab12', 'ab12')
    >>> name_of("bundles/ab12.bundle"), name_of("axes/ab12-77aa.parquet")
    ('ab12', 'ab12-77aa')
    >>> name_of("manifests/ingest-77aa.json"), name_of("mix/77aa/plan.json")
    ('77aa', '77aa')
    """
    folder, _, rest = path.partition("/")
    if folder == layout.UNITS:
        rest = rest.partition("/")[2]
    name = rest.split("/")[0].split(".")[0]
    return name.rpartition("-")[2] if folder == layout.MANIFESTS else name


def sweep(workspace: Store, found: Sweep) -> None:
    """Delete what was found: manifests and the index first, then markers, so that nothing is ever said to be there
    that is not.
    """
    first = (f"{layout.MANIFESTS}/", f"{index.FOLDER}/", f"{layout.BUNDLES}/")
    order = sorted(found.names, key=lambda name: (not name.startswith(first), not name.endswith(".json"), name))
    workspace.delete_all(order)
