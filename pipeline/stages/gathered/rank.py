"""Which documents stay of each group, from the entries of all shards: two exchanges, no document in the driver.

The first exchange brings the entries of a group together, and its partition is read file by file, so that it never
holds much more than what can stay; the second brings every shard the doc_ids of its own documents that stay. A shard is
judged by the shards of its own run and of earlier ones: what an update brings changes nothing that was published.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.decide.budget import Budget
from corpusmill.operators.text.ranking import ENTRY, RUN_SHIFT, group_of, ids_in_bytes, in_order, within
from corpusmill.pipeline.dedup.gathering import by_shard, of_shard
from corpusmill.pipeline.dedup.records import shard_keys
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.reading import read_part
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Unit, Work
from corpusmill.pipeline.execution.tally import check
from corpusmill.pipeline.stages.gathered.answer import publish_answer
from corpusmill.pipeline.stages.gathered.entries import HELD_ROWS, GatherEntries, Ranked, best_of, limit_of
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.workspace.shards import UnitFiles

# A document that stays, under its shard.
STAYS = pa.schema({"key": pa.uint64(), "doc_id": pa.int64()})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What groups may keep. of_run: for each run, the limit by hash of the group; where it is empty, `each` for all."""

    each: int
    of_run: Mapping[int, Mapping[int, int]]

    def of(self, entries: pa.Table) -> np.ndarray:
        """The limit of each entry: int64; 0 for a group that has none."""
        if not self.of_run:
            return np.full(entries.num_rows, self.each, np.int64)
        keys, runs = entries["key"].to_numpy(), entries["doc_id"].to_numpy() >> RUN_SHIFT
        out = np.zeros(entries.num_rows, np.int64)
        for run, limits in self.of_run.items():
            names = np.array(sorted(limits), np.uint64)
            if len(names):
                at = np.minimum(np.searchsorted(names, keys), len(names) - 1)
                values = np.array([limits[int(name)] for name in names], np.int64)
                out = np.where((runs == run) & (names[at] == keys), values[at], out)
        return out


class Rank:
    """The kind for `decide.top`, `at_most` and `budget`: each answer has the doc_ids that stay, sorted."""

    stage: ClassVar[str] = "rank"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: Ranked) -> GatherEntries:
        """Collect the documents of a shard that can still stay."""
        return GatherEntries(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: Ranked) -> Found:
        """Find which documents stay of each group."""
        weights: dict[int, Counter[str]] = {}
        for unit, of_unit in gathered.facts.items():
            weights.setdefault(gathered.shards[unit].run, Counter()).update(of_unit["weights"])
        return rank(work, gathered.files(), gathered.entered(), awaited, weights)


def rank(
    work: Work,
    files: Mapping[str, int],
    shards: Sequence[EnteredShard],
    awaited: Ranked,
    weights: Mapping[int, Mapping[str, int]],
) -> Found:
    """What stays. weights: for each run, what its own documents weigh by value of the column that shares go by."""
    plan = planned(awaited, weights)
    limits = Limits(
        each=limit_of(awaited),
        of_run={run: {group_of([v] if v else []): n for v, n in by.items()} for run, by in plan.items()},
    )
    partitions = run_exchange(files, label="ranks", phase=work.phase, unit_bytes=work.unit_bytes)
    units = [p.to_unit() for p in partitions if p.names]
    best = work.phase("best", units, FindBest(limits=limits), size_bytes=sum(files.values()))
    stays = {r["stays"]: r["bytes"] for r in best}
    names = by_shard(work, stays, shards, label="stays")
    told = [{"name": s.unit, "number": s.number, "files": list(n)} for s, n in zip(shards, names, strict=True)]
    lists = work.phase("lists", told, write_ids, size_bytes=sum(stays.values()))
    kept = sum(r["rows"] for r in best)
    check("documents that stay", came=kept, went={"shards": sum(r["rows"] for r in lists)})
    facts = {"stay": kept, "weight": sum(r["weight"] for r in best), "limits": {str(r): by for r, by in plan.items()}}
    return Found(answers={u["name"]: r["list"] for u, r in zip(told, lists, strict=True)}, facts=facts)


def planned(awaited: Ranked, weights: Mapping[int, Mapping[str, int]]) -> dict[int, dict[str, int]]:
    """For each run what each value may take, over that run and earlier ones; empty where all groups have one limit.

    No limit is below that of the run before, under which documents stay already, so that all together never exceed the
    budget.
    """
    found: dict[int, dict[str, int]] = {}
    if isinstance(awaited, Budget) and awaited.by is not None:
        sums, before = Counter[str](), dict[str, int]()
        for run in sorted(weights):
            sums.update(weights[run])
            found[run] = before = awaited.limits(sums, before)
    return found


@dataclass(frozen=True, kw_only=True)
class FindBest:
    """Task of a partition of entries: those that stay, under their shards."""

    limits: Limits

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Mapping[str, Any]:
        partition, waiting = partition_of(unit), [ENTRY.empty_table()]
        for name in partition.names:
            waiting.append(read_part(store, name, partition.range))
            if sum(t.num_rows for t in waiting) > HELD_ROWS + 2 * waiting[0].num_rows:
                waiting = [best_of(waiting, self.limits.each)]
        entries = in_order(pa.concat_tables(waiting))
        entries = entries.filter(pa.array(within(entries, self.limits.of(entries))))
        ids = entries["doc_id"].to_numpy()
        stays = pa.table([shard_keys(ids), ids], schema=STAYS)
        name = f"{folder}/{unit['name']}.stays.arrow"
        store.publish(name, encoded(stays).to_pybytes())
        weight = int(entries["weight"].to_numpy().sum())
        return {"stays": name, "bytes": stays.nbytes, "rows": len(ids), "weight": weight}


def write_ids(store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
    """Task of a shard: the sorted doc_ids of its documents that stay, in a file named by its content."""
    ids = of_shard(store, unit["files"], unit["number"], STAYS)["doc_id"].to_numpy()
    return {"list": publish_answer(store, ids_in_bytes(ids), "i64"), "rows": len(ids)}
