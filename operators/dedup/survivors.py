"""Which of several copies stays: the first in survivor order."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

RUN_SHIFT = np.int64(52)  # a doc_id is 11 bits of run, 26 of shard, 26 of row
UNKNOWN_TIME = np.iinfo(np.int64).min


class Prefer(StrEnum):
    """Between documents of equal source priority: the one fetched last, or the one that comes first in the inputs."""

    NEWEST = "newest"
    FIRST = "first"


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """n documents and what their order hangs on.

    doc_id: int64[n]; priority: int32[n], the higher the better; fetched_at: int64[n], larger is newer,
    UNKNOWN_TIME where blank (then older than all); quality: float32[n], higher is better, NaN where blank (then worse
    than all); size: int64[n], the longer the better.
    """

    doc_id: np.ndarray
    priority: np.ndarray
    fetched_at: np.ndarray
    quality: np.ndarray
    size: np.ndarray


def survivor_order(docs: Candidates, prefer: Prefer, groups: np.ndarray | None = None) -> np.ndarray:
    """The permutation into survivor order, group by group of `groups` (int64[n]) where these are given.

    Documents of an earlier run come first, in the order of their runs. Then: source priority; newest, quality, longest
    (none of these with Prefer.FIRST); then doc_id: in a fresh workspace the order of (source, uri, offset), in one
    that grew the order in which files were first seen. There are no ties.
    """
    keys = [docs.doc_id]
    if prefer is Prefer.NEWEST:
        quality = np.where(np.isnan(docs.quality), -np.inf, docs.quality)
        keys += [-docs.size, -quality, -(docs.fetched_at.clip(min=UNKNOWN_TIME + 1))]
    keys += [-docs.priority, docs.doc_id >> RUN_SHIFT]
    return np.lexsort(keys if groups is None else [*keys, groups])
