"""What a deduplication is asked to do, and over which shards."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from corpusmill.operators.dedup.survivors import Candidates, Prefer
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.dedup.tombstones import Down, Takedown
from corpusmill.pipeline.files.ids import ROW_BITS, SHARD_BITS, digest

VERSION = 4
MAX_COMPARISONS = 1000  # kept documents one document is compared with; a guess that bounds a cluster of n at 1,000 n
GIANT_CLUSTER_LEAST = 10_000  # a cluster below this never alarms


@dataclass(frozen=True, kw_only=True)
class EnteredShard:
    """A shard whose kept documents enter deduplication.

    unit: name of its ingest unit, and of its files; number: run and shard as in its doc_ids; priority: of its source,
    the higher the better; resolved: its table of duplicates, where an earlier deduplication by the same rules made one;
    sets: the file with the shingle sets of its kept documents, where that one left them.
    """

    unit: str
    number: int
    source: str
    priority: int
    uri: str
    resolved: str | None = None
    sets: str | None = None


KINDS = ("url", "text", "bands")


@dataclass(frozen=True, kw_only=True)
class Level:
    """Sorted files that hold the records of whole runs: `files` has bytes by name for each of KINDS.

    tier: 0 for the files ingest wrote; a merge of levels is one tier above them.
    """

    tier: int
    files: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The rules, the shards in the order of their numbers, the levels that hold settled ones, and the bounds.

    down: the documents of these shards that `takedown` means, as soon as they are found. files_bytes: what each unit
    said of its files, by their names without the unit's; of units that are missing the store is asked.
    """

    spec: DedupSpec
    shards: tuple[EnteredShard, ...]
    levels: tuple[Level, ...] = ()
    takedown: Takedown = field(default_factory=Takedown)
    down: Down = field(default_factory=Down)
    max_comparisons: int = MAX_COMPARISONS
    files_bytes: Mapping[str, Mapping[str, int]] = field(default_factory=dict, compare=False, repr=False)
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        shards = [(s.unit, s.number, s.source, s.priority) for s in self.shards]
        object.__setattr__(self, "fingerprint", digest(shards, self.rules, self.takedown.buried.as_lists))

    @property
    def rules(self) -> str:
        """Changes with whatever decides which documents go, apart from these. Ceilings only judge the result."""
        told = self.spec.model_dump(mode="json", exclude={"max_removed_share", "max_cluster_share", "index"})
        return digest(VERSION, told, self.max_comparisons, self.takedown.withdrawn.as_lists)

    @property
    def first_run(self) -> int:
        """The first run with a shard that is not settled. ValueError when a settled shard is not of an earlier one."""
        new = [s.number >> SHARD_BITS for s in self.shards if s.resolved is None]
        late = [
            s.unit
            for s in self.shards
            if s.resolved is not None and s.number >> SHARD_BITS >= min(new, default=1 << 62)
        ]
        if late:
            raise ValueError(f"shard {late[0]} is resolved, but not from an earlier run than all new shards")
        return min(new, default=0)

    @property
    def prefer(self) -> Prefer:
        return Prefer.FIRST if self.spec.url == "first" else Prefer.NEWEST

    @property
    def ranking(self) -> "Ranking":
        shards = sorted(self.shards, key=lambda s: s.number)
        return Ranking(
            numbers=tuple(s.number for s in shards),
            units=tuple(s.unit for s in shards),
            sets=tuple(s.sets for s in shards),
            priorities=tuple(s.priority for s in shards),
            thresholds=tuple(self.spec.near.threshold_of(s.source) if self.spec.near else 0.0 for s in shards),
            prefer=self.prefer,
            withdrawn=self.down.withdrawn,
        )


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """What a unit must know of all shards, sorted by their numbers: names, files of shingle sets, source priorities,
    thresholds of their sources.
    """

    numbers: tuple[int, ...]
    units: tuple[str, ...]
    sets: tuple[str | None, ...]
    priorities: tuple[int, ...]
    thresholds: tuple[float, ...]
    prefer: Prefer
    withdrawn: tuple[int, ...] = ()

    def without_withdrawn(self, table: pa.Table) -> pa.Table:
        """The rows whose `doc_id` was not withdrawn."""
        if not self.withdrawn:
            return table
        return table.filter(pa.array(~np.isin(table["doc_id"].to_numpy(), np.array(self.withdrawn))))

    def candidates(
        self, doc_id: np.ndarray, fetched_at: np.ndarray, quality: np.ndarray, size: np.ndarray
    ) -> Candidates:
        """Documents as `survivor_order` wants them."""
        at = np.searchsorted(np.array(self.numbers, np.int64), shard_number(doc_id))
        priority = np.array(self.priorities, np.int32)[at]
        return Candidates(doc_id=doc_id, priority=priority, fetched_at=fetched_at, quality=quality, size=size)

    def thresholds_of(self, doc_id: np.ndarray) -> np.ndarray:
        """float64: the threshold of each document's source."""
        at = np.searchsorted(np.array(self.numbers, np.int64), shard_number(doc_id))
        return np.array(self.thresholds)[at]


def shard_number(doc_ids: np.ndarray) -> np.ndarray:
    """int64: run and shard of each document, as one number."""
    return doc_ids >> np.int64(ROW_BITS)
