"""Resolves which version of a dataset is the latest, on any store: by a pointer that is one small object.

A dataset with versions is a folder `OUTPUT` of folders `v0001`, `v0002`, ..., each a whole dataset with a manifest of
its own, and `OUTPUT/latest.json`, which names one of them and is written last. A dataset without a pointer is the
folder itself.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from corpusmill.cluster.filesystems import asking
from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidDataset, RowNotFound
from corpusmill.pipeline.files.dataset_layout import MANIFEST, POINTER
from corpusmill.pipeline.files.json_values import JsonObject

VERSION = "_version.json"  # in a version's folder: its number, slot and what it was made from
TAGS = "_tags.json"  # in the output: names that people gave to versions
FOLDER = re.compile(r"v\d{4,}")
MOST_BYTES = 256 << 20  # of any of these: a record names every unit of its version
UNVERSIONED = "v0000"  # how a dataset that was there before the first version is named


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What `latest.json` says. folder: of the version, below the output; "" is the output itself; null: no version is
    finished yet. held: a person set it, and updates do not move it.
    """

    folder: str | None
    held: bool = False
    reason: str = ""

    def to_json(self) -> bytes:
        """The content of the pointer file."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()


def pointer_of(output: Store) -> Pointer | None:
    """The pointer of a dataset; None where it has no versions. InvalidDataset for one that is something else."""
    try:
        content = json.loads(output.read(POINTER, most_bytes=MOST_BYTES))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as e:
        raise InvalidDataset(f"{output.url}/{POINTER} cannot be read: {e}") from e
    folder: Any = content.get("folder") if isinstance(content, dict) else 0
    if not (folder is None or folder == "" or (isinstance(folder, str) and FOLDER.fullmatch(folder))):
        raise InvalidDataset(f"{output.url}/{POINTER} names no version: {folder!r}")
    return Pointer(folder=folder, held=bool(content.get("held")), reason=str(content.get("reason", "")))


def point(output: Store, pointer: Pointer) -> None:
    """Move the pointer: one put, which readers see whole or not at all."""
    output.publish(POINTER, pointer.to_json())


def folder_store(output: Store, folder: str) -> Store:
    """The store of a version's folder; "" is the output itself."""
    return replace(output, url=f"{output.url.rstrip('/')}/{folder}") if folder else output


def latest(output: Store) -> Store:
    """The folder that holds the latest version, or the dataset itself where it has no versions.

    InvalidDataset where no version is finished yet.
    """
    pointer = pointer_of(output)
    if pointer is None:
        return output
    if pointer.folder is None:
        raise InvalidDataset(f"no version of {output.url} is finished yet: run the job again to its end")
    return folder_store(output, pointer.folder)


def folders(output: Store) -> list[str]:
    """Names of the folders of versions, finished or not, the oldest first."""
    with asking(output.url):
        try:
            found = output.fs.ls(output.root, detail=False, refresh=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
    names = (str(path).rstrip("/").rpartition("/")[2] for path in found)
    return sorted((name for name in names if FOLDER.fullmatch(name)), key=lambda name: int(name[1:]))


def finished(output: Store) -> list[str]:
    """Those of the folders that hold a finished version, the oldest first."""
    return [name for name in folders(output) if folder_store(output, name).exists(MANIFEST)]


def datasets(output: Store) -> list[Store]:
    """Every finished dataset of an output, or the output itself where it has no versions: versions, the newest last."""
    versions = [folder_store(output, folder) for folder in finished(output)]
    return [output, *versions] if output.exists(MANIFEST) or not versions else versions


def tags_of(output: Store) -> dict[str, str]:
    """The folder of each tag."""
    try:
        content = json.loads(output.read(TAGS, most_bytes=MOST_BYTES))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(tag): str(folder) for tag, folder in content.items() if FOLDER.fullmatch(str(folder))}


def named(output: Store, name: str) -> str:
    """The folder of the version with a name: `v0002`, a tag, a slot, `latest` or `newest`; "" is the output itself.

    RowNotFound says which there are.
    """
    there = finished(output)
    if name == "latest":
        pointer = pointer_of(output)
        if pointer is not None and pointer.folder is not None:
            return pointer.folder
    if name == "newest" and there:
        return there[-1]
    if name == UNVERSIONED and output.exists(MANIFEST):
        return ""
    if name in there:
        return name
    if (tagged := tags_of(output).get(name)) in there:
        return str(tagged)
    for folder in reversed(there):
        if record_of(output, folder).get("slot") == name:
            return folder
    names = [*([UNVERSIONED] if there and output.exists(MANIFEST) else []), *there, *sorted(tags_of(output))]
    known = f"there are: {', '.join(names)}" if names else "there are none yet: `corpusmill update JOB` makes them"
    raise RowNotFound(f"{output.url} has no version {name!r}; {known}")


def record_of(output: Store, folder: str) -> JsonObject:
    """What `_version.json` of a folder says; empty where it has none."""
    try:
        content = json.loads(folder_store(output, folder).read(VERSION, most_bytes=MOST_BYTES))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
