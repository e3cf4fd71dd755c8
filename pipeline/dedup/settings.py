"""What a deduplication is asked to do, and over which shards."""

from dataclasses import dataclass, field

import numpy as np

from operators.dedup.survivors import Candidates, Prefer
from pipeline.config.dedup import DedupSpec
from pipeline.identity import ROW_BITS, digest

VERSION = 1
MAX_COMPARISONS = 1000  # kept documents one document is compared with; a guess that bounds a cluster of n at 1,000 n
GIANT_CLUSTER_SHARE = 0.25  # of all documents; a guess: no honest web corpus is a quarter one page
GIANT_CLUSTER_LEAST = 10_000  # a cluster below this never alarms


@dataclass(frozen=True, kw_only=True)
class EnteredShard:
    """A shard whose kept documents enter deduplication.

    unit: name of its ingest unit, and of its files; number: run and shard as in its doc_ids; priority: of its source,
    the higher the better.
    """

    unit: str
    number: int
    source: str
    priority: int
    uri: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The rules, the shards in the order of their numbers, and the bounds."""

    spec: DedupSpec
    shards: tuple[EnteredShard, ...]
    max_comparisons: int = MAX_COMPARISONS
    giant_cluster_share: float = GIANT_CLUSTER_SHARE
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        shards = [(s.unit, s.number, s.source, s.priority) for s in self.shards]
        told = self.spec.model_dump(mode="json", exclude={"max_removed_share"})  # judges the result, does not change it
        object.__setattr__(self, "fingerprint", digest(VERSION, shards, told, self.max_comparisons))

    @property
    def prefer(self) -> Prefer:
        return Prefer.FIRST if self.spec.url == "first" else Prefer.NEWEST

    @property
    def ranking(self) -> "Ranking":
        shards = sorted(self.shards, key=lambda s: s.number)
        return Ranking(
            numbers=tuple(s.number for s in shards), priorities=tuple(s.priority for s in shards), prefer=self.prefer
        )


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """What a unit needs to put documents in survivor order: shard numbers, sorted, and each one's source priority."""

    numbers: tuple[int, ...]
    priorities: tuple[int, ...]
    prefer: Prefer

    def candidates(
        self, doc_id: np.ndarray, fetched_at: np.ndarray, quality: np.ndarray, size: np.ndarray
    ) -> Candidates:
        """Documents as `survivor_order` wants them."""
        at = np.searchsorted(np.array(self.numbers, np.int64), shard_number(doc_id))
        priority = np.array(self.priorities, np.int32)[at]
        return Candidates(doc_id=doc_id, priority=priority, fetched_at=fetched_at, quality=quality, size=size)


def shard_number(doc_ids: np.ndarray) -> np.ndarray:
    """int64: run and shard of each document, as one number."""
    return doc_ids >> np.int64(ROW_BITS)
