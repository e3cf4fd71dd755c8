"""Quantiles of measured values in each group, from the histograms of all shards.

A shard is judged by the shards of its own run and of earlier ones: what an update brings changes nothing that was
published before. Its answer holds the thresholds of its own groups only, so that it runs again only when one changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.operators.decide.quantiles import Quantiles
from corpusmill.operators.signals.buckets import Buckets
from corpusmill.operators.text.bins import low_of, place_of
from corpusmill.operators.text.quantiles import ALL, Threshold, to_lines
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.stages.gathered.answer import publish_answer
from corpusmill.pipeline.stages.gathered.bins import GatherBins, key_of
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.workspace.shards import UnitFiles


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A shard: the unit that measured it, its run, and the groups (as histograms name them) its documents are in."""

    unit: str
    run: int
    groups: tuple[str, ...]


class Calibrate:
    """The kind for `decide.quantiles` and `signals.buckets`: each answer has the thresholds of a shard's groups."""

    stage: ClassVar[str] = "calibrate"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: Quantiles | Buckets) -> GatherBins:
        """Count the measured values of a shard by group and bin."""
        return GatherBins(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: Quantiles | Buckets) -> Found:
        """Find the quantiles of each group."""
        judged = [
            Judged(unit=unit, run=s.run, groups=tuple(gathered.facts[unit]["groups"]))
            for unit, s in gathered.shards.items()
        ]
        quantiles, least = awaited.required_quantiles(), awaited.min_documents
        return calibrate(work, gathered.files(), judged, quantiles=quantiles, min_documents=least)


def calibrate(
    work: Work,
    files: Mapping[str, int],
    shards: Sequence[Judged],
    *,
    quantiles: Mapping[str, Sequence[float]],
    min_documents: int,
) -> Found:
    """The `quantiles` quantiles by column, for groups of at least `min_documents` documents and for all together."""
    partitions = run_exchange(files, label="bins", phase=work.phase, unit_bytes=work.unit_bytes)
    task = FindQuantiles(
        quantiles={column: tuple(q) for column, q in quantiles.items()},
        min_documents=min_documents,
        runs=tuple(sorted({s.run for s in shards})),
    )
    units = [p.to_unit() for p in partitions if p.names]
    found = work.phase("quantiles", units, task, size_bytes=sum(files.values()))
    rows = sorted((row for r in found for row in r["rows"]), key=lambda r: (r["run"], r["column"], r["group"]))
    answers = {s.unit: publish_answer(work.store, to_lines(thresholds_for(rows, s)), "jsonl") for s in shards}
    told = [row | {"quantiles": {q: low_of(place) for q, place in row["quantiles"].items()}} for row in rows]
    return Found(answers=answers, facts={"thresholds": told})


def thresholds_for(rows: Sequence[Mapping[str, Any]], shard: Judged) -> list[Threshold]:
    """What a shard's documents are held against: the line of each of its groups, or else that of all documents."""
    mine = [r for r in rows if r["run"] == shard.run]
    own = [r for r in mine if r["group"] in shard.groups]
    columns = {r["column"] for r in mine}
    short = {c for c in columns if sum(r["column"] == c for r in own) < len(shard.groups)}
    chosen = own + [r for r in mine if r["group"] == ALL and r["column"] in short]
    return [
        Threshold(group=r["group"], column=r["column"], quantile=float(q), bin=place)
        for r in chosen
        for q, place in r["quantiles"].items()
    ]


@dataclass(frozen=True, kw_only=True)
class FindQuantiles:
    """Task of a partition of histograms: the quantiles of each, for each run together with those before it."""

    quantiles: Mapping[str, Sequence[float]]
    min_documents: int
    runs: tuple[int, ...]

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Mapping[str, Any]:
        partition = partition_of(unit)
        table = read_range(store, partition.names, partition.range)
        rows: list[JsonObject] = []
        names = table.select(["column", "group"]).group_by(["column", "group"]).aggregate([]).to_pylist()
        keys = table["key"].to_numpy()
        for name in sorted(names, key=lambda n: (n["column"], n["group"])):
            begin, end = bounds_of(keys, name["column"], name["group"])
            part = table.slice(begin, end - begin)
            rows += self._rows(name["column"], name["group"], part)
        return {"rows": rows}

    def _rows(self, column: str, group: str, part: Any) -> list[JsonObject]:
        bins, runs, documents = (part[n].to_numpy() for n in ("bin", "run", "documents"))
        rows = []
        for run in self.runs:
            sums = documents * (runs <= run)
            total = int(sums.sum())
            if total >= (1 if group == ALL else self.min_documents):
                found = {repr(q): place_of(bins, sums, q) for q in self.quantiles[column]}
                rows.append({"run": run, "column": column, "group": group, "documents": total, "quantiles": found})
        return rows


def bounds_of(keys: np.ndarray, column: str, group: str) -> tuple[int, int]:
    """Where the records of one histogram lie among the sorted keys."""
    key = np.uint64(key_of(f"{column}\n{group}"))
    return int(np.searchsorted(keys, key)), int(np.searchsorted(keys, key, side="right"))
