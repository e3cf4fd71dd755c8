"""Recognises a dataset of ours, finished or in the making, and the job that it belongs to."""

import json
import re
from collections.abc import Collection, Iterable

from corpusmill.cluster.storage import Store

MANIFEST = "_manifest.json"
POINTER = "latest.json"  # of a dataset with versions: which one is the latest
STATE = "_packing.json"  # which packing is under way, or was the last
PART = re.compile(r"part-\d{5,}-of-\d{5,}(-[0-9a-f]{8})?\.parquet")  # as pack_unit.part_name and takedown_unit.renamed


def is_ours(output: Store) -> bool:
    """Whether a marker of ours lies there: a manifest that names parts, the word that a packing was begun, or a pointer
    to versions.
    """
    return output.exists(STATE) or parts_named(output) is not None or output.exists(POINTER)


def parts_named(output: Store) -> set[str] | None:
    """Names of the parts in the manifest that lies there; None when there is none, or it is not of our making."""
    try:
        told = json.loads(output.read(MANIFEST))
        return {str(part["name"]) for part in told["parts"]}
    except (FileNotFoundError, ValueError, RecursionError, KeyError, TypeError):
        return None


def foreign(output: Store) -> str | None:
    """A file that lies in an output without any marker of ours; None when there is a marker, or nothing at all.

    Hidden files (.gitkeep) are nothing: no run writes a name like theirs.
    """
    if is_ours(output):
        return None
    return output.any_file()


def obsolete_parts(names: Iterable[str], *, current: Collection[str], ours: bool) -> list[str]:
    """Of the files in an output those that are parts of ours, and not `current`.

    >>> names = ["part-00000-of-00002.parquet", "part-00000-of-00001.parquet", "part-r-00000.snappy.parquet"]
    >>> obsolete_parts(names, current=["part-00000-of-00001.parquet"], ours=True)
    ['part-00000-of-00002.parquet']
    >>> obsolete_parts(names, current=[], ours=False)
    []
    """
    return [name for name in names if ours and PART.fullmatch(name) and name not in current]
