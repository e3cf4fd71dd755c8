"""Counts what deduplication removed: sizes of clusters, pairs of sources, similarities, some examples."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.pipeline.dedup.settings import EnteredShard, shard_number

EXAMPLES = 6
LARGEST = 1 << 20


@dataclass(frozen=True)
class Sources:
    """The source of each shard, by its number: a new entry wherever it changes. starts: int64, rising."""

    starts: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def of(cls, shards: Sequence[EnteredShard]) -> "Sources":
        """The sources of these shards, which are in the order of their numbers."""
        starts: list[int] = []
        names: list[str] = []
        for shard in shards:
            if not names or names[-1] != shard.source:
                starts.append(shard.number)
                names.append(shard.source)
        return cls(np.array(starts, np.int64), tuple(names))

    def of_documents(self, doc_ids: np.ndarray) -> np.ndarray:
        """The source of each document: an object array."""
        place = np.searchsorted(self.starts, shard_number(doc_ids), side="right") - 1
        return np.array(self.names, object)[np.maximum(place, 0)]


class Example(TypedDict):
    """A removed document, the survivor it went for, and how many others went for that one."""

    survivor: int
    removed: int
    similarity: float
    removed_for_it: int


class Shape(TypedDict):
    """Counts of removals: survivors by the documents they stand for, pairs of sources, hundredths of similarity, and
    documents of the survivors with most removals.
    """

    sizes: dict[str, int]
    pairs: list[tuple[str, str, int]]
    similarity: dict[str, int]
    examples: list[Example]


def shape(table: pa.Table, sources: Sources) -> Shape:
    """Count one shard's table of duplicates."""
    removed = table.filter(pc.and_(table["reason"].is_valid(), table["survivor"].is_valid()))
    copies = table.filter(table["copies"].is_valid())["copies"].to_numpy()
    copies = copies[copies > 1]
    bins = np.where(copies <= 3, copies, 1 << np.floor(np.log2(np.minimum(copies, LARGEST))).astype(np.int64))
    sizes = {str(size): int(n) for size, n in zip(*np.unique(bins, return_counts=True), strict=True)}
    if not removed.num_rows:
        return {"sizes": sizes, "pairs": [], "similarity": {}, "examples": []}
    mine = str(sources.of_documents(removed["doc_id"].to_numpy()[:1])[0])
    others = Counter(sources.of_documents(removed["survivor"].to_numpy()).tolist())
    near = removed.filter(removed["similarity"].is_valid())
    hundredths = np.floor(near["similarity"].to_numpy() * 100 + 1e-6).astype(np.int64)
    similarity = {str(s): int(n) for s, n in zip(*np.unique(hundredths, return_counts=True), strict=True)}
    return {
        "sizes": sizes,
        "pairs": [(mine, other, n) for other, n in sorted(others.items())],
        "similarity": similarity,
        "examples": _examples(near),
    }


def _examples(near: pa.Table) -> list[Example]:
    """A removed document of each of the survivors with most removals here."""
    if not near.num_rows:
        return []
    survivors, first, many = np.unique(near["survivor"].to_numpy(), return_index=True, return_counts=True)
    order = np.lexsort((survivors, -many))[:EXAMPLES]
    return [
        {
            "survivor": int(survivors[i]),
            "removed": int(near["doc_id"][int(first[i])].as_py()),
            "similarity": round(float(near["similarity"][int(first[i])].as_py()), 4),
            "removed_for_it": int(many[i]),
        }
        for i in order
    ]


def together(shapes: Sequence[Shape]) -> Shape:
    """Counts of several shards added up."""
    sizes, similarity, pairs = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for each in shapes:
        sizes.update(each["sizes"])
        similarity.update(each["similarity"])
        pairs.update({(a, b): n for a, b, n in each["pairs"]})
    examples = [example for each in shapes for example in each["examples"]]
    examples.sort(key=lambda e: (-e["removed_for_it"], e["removed"]))
    return {
        "sizes": dict(sizes),
        "similarity": dict(similarity),
        "pairs": [(a, b, n) for (a, b), n in sorted(pairs.items())],
        "examples": examples[:EXAMPLES],
    }
