"""Finds datasets and workspaces of other runs at and above a folder that a run would write to."""

import os
from collections.abc import Iterator

from corpusmill.cluster.address import normal
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.files.workspace_layout import INVENTORY, JOB
from corpusmill.pipeline.preflight.owner import owner_there


def in_anothers_folder(store: Store, *, itself: bool) -> str | None:
    """What a folder lies inside that is not to be written to, in words; None where that is nothing.

    itself: whether a dataset in the folder counts too. A folder above that does not answer or may not be read counts as
    empty: what lies in the folder itself is told elsewhere.
    """
    if itself and (name := _dataset_of(store)) is not None:
        return f"{store.url} holds the dataset of {name!r}"
    for above in _above(store):
        if (name := _dataset_of(above)) is not None:
            return f"{store.url} is inside {above.url}, which holds the dataset of {name!r}"
        if is_workspace(above):
            return f"{store.url} is inside {above.url}, which is the workspace of a job"
    return None


def _above(store: Store) -> Iterator[Store]:
    """The folders that one lies in, the nearest first; of a store down to its bucket."""
    scheme, sep, rest = normal(store.url).rpartition("://")
    while "/" in rest.strip("/"):
        rest = os.path.dirname(rest.rstrip("/"))
        yield Store(f"{scheme}{sep}{rest}", store.options)


def _dataset_of(store: Store) -> str | None:
    """The job of the dataset in a folder; None where there is none to be seen."""
    try:
        there = owner_there(store)
    except OSError:
        return None
    return None if there is None else there.name


def is_workspace(store: Store) -> bool:
    """Whether a finished run has its tables in a folder."""
    try:
        return store.exists(JOB) and store.exists(INVENTORY)
    except OSError:
        return False
