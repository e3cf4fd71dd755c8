"""Empty objects that stand for folders in a store that has none: what tells them from files, so that no listing does.

Source: consoles and `aws s3api put-object` write a key that ends in "/"; Hadoop's s3n and EMR write `NAME_$folder$`;
        Azure's HNS tools and s3fs-fuse an object of the folder's own name.
"""

from collections.abc import Collection, Mapping
from typing import Any

HADOOP = "_$folder$"


def is_marker(name: str, size: int, folders: Collection[str] = ()) -> bool:
    """Whether the object `name` of `size` bytes stands for a folder. folders: names that other objects lie below.

    >>> is_marker("b/in/", 0), is_marker("b/in_$folder$", 0), is_marker("b/in", 0, {"b/in"}), is_marker("b/in", 0)
    (True, True, True, False)
    >>> is_marker("b/in", 7, {"b/in"})
    False
    """
    return size == 0 and (name.endswith(("/", HADOOP)) or name in folders)


def without_markers(infos: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The objects of a listing, by name, without those that stand for folders."""
    empty = [name for name, info in infos.items() if not info.get("size") and info["type"] == "file"]
    if not empty:
        return dict(infos)
    folders = folders_of(infos) | {name for name, info in infos.items() if info["type"] == "directory"}
    markers = {name for name in empty if is_marker(name, 0, folders)}
    return {name: info for name, info in infos.items() if name not in markers}


def folders_of(names: Collection[str]) -> set[str]:
    """Every folder that one of the names lies in, at any depth.

    >>> sorted(folders_of(["b/in/x/a", "b/in/"]))
    ['b', 'b/in', 'b/in/x']
    """
    found: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
