"""Centres of clusters from a sample of all shards: two rounds of merging, and one task that finds them.

The centres are those of the first run. An update assigns its documents to them, so that what was published keeps its
clusters.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.signals.clusters import Clusters
from corpusmill.operators.signals.corpora.centres import Centres, find_centres
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.key_range import EVERYTHING, KeyRange
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.execution.phases import Unit, Work
from corpusmill.pipeline.stages.gathered.answer import publish_answer
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.stages.gathered.vectors import GatherVectors, key_bits, smallest
from corpusmill.pipeline.workspace.shards import UnitFiles


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What a shard gathered. unit: its name; run: its number; documents: with a vector."""

    unit: str
    run: int
    files: Mapping[str, int]
    documents: int


class FindClusters:
    """The kind for `signals.clusters`: one answer for all shards, the centres."""

    stage: ClassVar[str] = "clusters"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: Clusters) -> GatherVectors:
        """Collect a sample of a shard's documents, as vectors or words."""
        return GatherVectors(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: Clusters) -> Found:
        """Find the centres."""
        sampled = [
            Sampled(unit=unit, run=gathered.shards[unit].run, files=of_unit["files"], documents=of_unit["documents"])
            for unit, of_unit in gathered.facts.items()
        ]
        return clusters(work, sampled, awaited)


def clusters(work: Work, shards: Sequence[Sampled], awaited: Clusters) -> Found:
    """The centres, one answer for all shards."""
    first = min((s.run for s in shards), default=0)
    mine = sorted((s for s in shards if s.run == first and s.files), key=lambda s: s.unit)
    files = [name for s in mine for name in s.files]
    size = sum(size for s in mine for size in s.files.values())
    bits = key_bits(awaited.sample, sum(s.documents for s in mine))
    at_once = max(1, math.isqrt(len(files)))
    merged = work.phase(
        "sample",
        [
            {"name": f"sample-{begin:06d}", "files": files[begin : begin + at_once]}
            for begin in range(0, len(files), at_once)
        ],
        Merge(sample=awaited.sample, bits=bits),
        size_bytes=size,
    )
    task = FindCentres(awaited=awaited)
    unit = {"name": "centres", "files": [r["sample"] for r in merged]}
    (found,) = work.phase("centres", [unit], task, size_bytes=sum(r["bytes"] for r in merged))
    facts = {"clusters": found["clusters"], "sampled": found["documents"]}
    return Found(answers={s.unit: found["centres"] for s in shards}, facts=facts)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Task of some shards: the documents of them that can be in the sample."""

    sample: int
    bits: int

    def __call__(self, store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
        table = smallest([read_range(store, unit["files"], KeyRange(self.bits, 0))], self.sample)
        name = f"{folder}/{unit['name']}.arrow"
        store.publish(name, encoded(table).to_pybytes())
        return {"sample": name, "bytes": table.nbytes}


@dataclass(frozen=True, kw_only=True)
class FindCentres:
    """Task of the sample: centres, in a file named by its content."""

    awaited: Clusters

    def __call__(self, store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
        centres, documents = Centres.none(), 0
        if unit["files"]:
            table = smallest([read_range(store, unit["files"], EVERYTHING)], self.awaited.sample)
            documents = table.num_rows
            centres = find_centres(
                pa.chunked_array(table["vector"].chunks).combine_chunks(),
                words=self.awaited.embedding is None,
                count=self.awaited.count,
                dimensions=self.awaited.dimensions,
                seed=self.awaited.seed,
            )
        name = publish_answer(store, centres.to_bytes(), "centres")
        return {"centres": name, "clusters": len(centres.points), "documents": documents}
