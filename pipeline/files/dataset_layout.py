"""Recognises a dataset of ours, finished or in the making, and the job that it belongs to."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from corpusmill.cluster.storage import Store

MANIFEST = "_manifest.json"
POINTER = "latest.json"  # of a dataset with versions: which one is the latest
STATE = "_packing.json"  # which packing is under way, or was the last
PARTS = "data/"  # the folder of the parts, with nothing else in it: programs that read whole folders read this one
VALIDATION = "validation"  # the folder of the documents held out: a dataset of its own, below the output
# As pack_unit.part_name and takedown_unit.renamed; those of earlier versions of corpusmill are in no folder.
PART = re.compile(rf"({PARTS})?part-\d{{5,}}-of-\d{{5,}}(-[0-9a-f]{{8}})?\.parquet")


def is_ours(output: Store) -> bool:
    """Whether a marker of ours lies there: a manifest that names parts, the word that a packing was begun, or a pointer
    to versions.
    """
    return output.exists(STATE) or parts_named(output) is not None or output.exists(POINTER)


def validation_folder(output: Store) -> Store:
    """Where the validation dataset of an output lies."""
    return Store(f"{output.url.rstrip('/')}/{VALIDATION}", output.options)


def parts_named(output: Store) -> set[str] | None:
    """Names of the parts in the manifest that lies there; None when there is none, or it is not of our making."""
    try:
        told = json.loads(output.read(MANIFEST))
        return {str(part["name"]) for part in told["parts"]}
    except (FileNotFoundError, ValueError, RecursionError, KeyError, TypeError):
        return None


def parts_pattern(manifest: Mapping[str, Any]) -> str:
    """The pattern that matches the names of a dataset's parts and no others, seen from its folder.

    >>> parts_pattern({"parts": [{"name": "data/part-00000-of-00001.parquet"}]}), parts_pattern({})
    ('data/part-*.parquet', 'data/part-*.parquet')
    >>> parts_pattern({"parts": [{"name": "part-00000-of-00001.parquet"}]})
    'part-*.parquet'
    """
    names = [str(part["name"]) for part in manifest.get("parts", ())]
    return f"{PARTS if all(name.startswith(PARTS) for name in names) else ''}part-*.parquet"


def foreign(output: Store) -> str | None:
    """A file that lies in an output without any marker of ours; None when there is a marker, or nothing at all.

    Hidden files (.gitkeep) are nothing: no run writes a name like theirs.
    """
    if is_ours(output):
        return None
    return output.any_file()


def obsolete_parts(names: Iterable[str], *, current: Collection[str], ours: bool) -> list[str]:
    """Of the files in an output those that are parts of ours, and not `current`.

    >>> names = ["part-00000-of-00002.parquet", "data/part-00000-of-00001.parquet", "part-r-00000.snappy.parquet"]
    >>> obsolete_parts(names, current=["data/part-00000-of-00001.parquet"], ours=True)
    ['part-00000-of-00002.parquet']
    >>> obsolete_parts(names, current=[], ours=False)
    []
    """
    return [name for name in names if ours and PART.fullmatch(name) and name not in current]
