"""Band keys of millions of documents that do not exist, with known clusters, through near-duplicate removal.

Usage: python -m benchmarks.dedup_synthetic DOCUMENTS FOLDER. Prints one JSON line: CPU seconds of the process tree by
phase, the peak of all its resident memory (Ray's object store in it), and whether the answer is right.

A fifth of the documents lie in clusters of a few to about a thousand, a fiftieth in one cluster; each of a clustered
document's 14 bands is its cluster's with a chance of 0.7, and its 20 shingles are its cluster's but for one.
"""

import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.inside import Watch
from corpusmill.cluster import lifecycle
from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.judge import UNSETTLED
from corpusmill.operators.dedup.survivors import UNKNOWN_TIME, Prefer
from corpusmill.pipeline.config.sections.dedup import NearSpec
from corpusmill.pipeline.dedup.gathering import by_shard, of_shard, shard_units
from corpusmill.pipeline.dedup.grouping import group
from corpusmill.pipeline.dedup.judging import NearRule
from corpusmill.pipeline.dedup.members import SHINGLES, cluster_schema
from corpusmill.pipeline.dedup.records import BAND, MEMBER, spread
from corpusmill.pipeline.dedup.settings import MAX_COMPARISONS, EnteredShard, Ranking
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.rounds import run_exchange
from corpusmill.pipeline.execution.outcomes import Done
from corpusmill.pipeline.execution.phases import Unit, Work
from corpusmill.pipeline.execution.run_units import quiet, run_units
from corpusmill.pipeline.files.ids import doc_ids

SHARD_ROWS = 33_000  # documents of a WET file of Common Crawl, about
BANDS = 14
KEPT_BAND = int(0.7 * 2**32)


@dataclass(frozen=True)
class Corpus:
    """`documents` in all; document i lies in shard i // SHARD_ROWS."""

    documents: int

    def cluster(self, index: np.ndarray) -> np.ndarray:
        """int64: the cluster of each document, negative where it is alone."""
        draw = spread(index) / 2.0**64
        some = np.maximum(1, self.documents // 100)
        cluster = (some * draw**1.5).astype(np.int64) + 1
        return np.where(index % 50 == 1, 0, np.where(index % 5 == 0, cluster, -1 - index))

    def bands(self, index: np.ndarray) -> np.ndarray:
        """uint64[n, 14]."""
        numbers = np.arange(BANDS)
        own = spread(index[:, None] * BANDS + numbers + (1 << 40))
        shared = spread(self.cluster(index)[:, None] * BANDS + numbers + (1 << 60))
        keeps = ((own & np.uint64(0xFFFFFFFF)) < KEPT_BAND) & (self.cluster(index) >= 0)[:, None]
        return np.where(keeps, shared, own)

    def shingles(self, index: np.ndarray) -> np.ndarray:
        """uint64[n, 20], sorted."""
        sets = spread(self.cluster(index)[:, None] * 20 + np.arange(20) + (1 << 50))
        sets[:, 0] = spread(index + (1 << 52))
        return np.sort(sets >> np.uint64(2), axis=1)  # the upper two bits say that each is a first occurrence

    def shard(self, number: int) -> np.ndarray:
        return np.arange(number * SHARD_ROWS, min(self.documents, (number + 1) * SHARD_ROWS))

    @property
    def shards(self) -> int:
        return -(-self.documents // SHARD_ROWS)


@dataclass(frozen=True)
class Sketches:
    """Task of a shard: what `SendMembers` sends, made up."""

    corpus: Corpus
    near: NearSpec

    def __call__(self, store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
        members = of_shard(store, unit["members"], unit["number"], MEMBER)
        n = members.num_rows
        index = unit["number"] * SHARD_ROWS + (members["doc_id"].to_numpy() & ((1 << 26) - 1))
        schema = cluster_schema(self.near)
        sets = self.corpus.shingles(index).reshape(-1)
        columns = {
            "key": spread(members["cluster_id"].to_numpy()),
            "doc_id": members["doc_id"],
            "cluster_id": members["cluster_id"],
            "fetched_at": np.full(n, UNKNOWN_TIME),
            "quality": np.full(n, np.nan, np.float32),
            "size_bytes": np.zeros(n, np.int64),
            "copies": np.ones(n, np.int64),
            "settled": np.full(n, UNSETTLED),
            "text": spread(index + (1 << 44)),
            "bands": pa.Array.from_buffers(pa.binary(8 * BANDS), n, [None, pa.py_buffer(self.corpus.bands(index))]),
            "shingles": pa.LargeListArray.from_arrays(np.arange(n + 1) * 20, pa.array(sets), type=SHINGLES),
        }
        table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
        store.publish(f"{folder}/{unit['name']}.arrow", encoded(table).to_pybytes())
        return {"files": {f"{folder}/{unit['name']}.arrow": table.nbytes}, "documents": n}


def measure(documents: int, folder: Path) -> dict[str, Any]:
    """Everything, once."""
    corpus, near = Corpus(documents), NearSpec()
    store, files = Store(str(folder)), {}
    for number in range(corpus.shards):
        index = corpus.shard(number)
        ids = doc_ids(run=0, shard=number, rows=index - number * SHARD_ROWS, uri="")
        table = pa.table({"key": corpus.bands(index).reshape(-1), "doc_id": np.repeat(ids, BANDS)}, schema=BAND)
        payload = encoded(table).to_pybytes()
        store.publish(f"bands/{number:06d}.arrow", payload)
        files[f"bands/{number:06d}.arrow"] = len(payload)
    with lifecycle.session(address=None, workers=2):
        quiet()
        watch = Watch()
        marks = {"start": watch.sample()}
        work = Work(store=store, folder="work", run=run_on_ray)
        members, largest = group(work, files)
        marks["group"] = watch.sample()
        shards = [EnteredShard(unit=f"{n:06d}", number=n, source="s", priority=1, uri="") for n in range(corpus.shards)]
        units = shard_units(shards, members=by_shard(work, members, shards, label="members"))
        sent = work.phase("sketches", units, Sketches(corpus, near), size_bytes=sum(files.values()))
        marks["sketches"] = watch.sample()
        sketches = {name: size for r in sent for name, size in r["files"].items()}
        parts = [p.to_unit() for p in run_exchange(sketches, label="clusters", phase=work.phase)]
        numbers = tuple(range(corpus.shards))
        ranking = Ranking(
            numbers=numbers,
            units=tuple(s.unit for s in shards),
            sets=(None,) * len(shards),
            priorities=(1,) * len(shards),
            thresholds=(near.threshold,) * len(shards),
            prefer=Prefer.NEWEST,
        )
        rule = NearRule(near=near, ranking=ranking, max_comparisons=MAX_COMPARISONS)
        judged = work.phase("near", parts, rule, size_bytes=sum(sketches.values()))
        marks["near"] = watch.sample()
        watch.stop()
    removed = sum(r["removed"] for r in judged)
    phases = {b: round(marks[b] - marks[a], 1) for a, b in zip(marks, list(marks)[1:], strict=False)}
    return {
        "documents": documents,
        "pairs": documents * BANDS,
        "cpu_s": phases,
        "us_a_pair": (marks["near"] - marks["start"]) / documents / BANDS * 1e6,
        "peak_gb": watch.peak_bytes / 1e9,
        "removed": removed,
        "expected": expected_removals(corpus),
        "largest_bucket": largest,
        "partitions": len(parts),
    }


def expected_removals(corpus: Corpus) -> int:
    """All documents of a cluster but one, if bands and bounds lost none: 14 bands at 0.7 lose next to none."""
    clusters: set[int] = set()
    total = 0
    for number in range(corpus.shards):
        cluster = corpus.cluster(corpus.shard(number))
        cluster = cluster[cluster >= 0]
        total += len(cluster)
        clusters.update(np.unique(cluster).tolist())
    return total - len(clusters)


def run_on_ray(units: Any, task: Any) -> Any:
    for outcome in run_units(units, task, memory_bytes=500_000_000):
        if not isinstance(outcome, Done):
            raise RuntimeError(f"{outcome.error}\n{outcome.details}")
        yield outcome.counts


if __name__ == "__main__":
    started = time.time()
    where = Path(sys.argv[2])
    try:
        told = measure(int(float(sys.argv[1])), where)
    finally:
        shutil.rmtree(where, ignore_errors=True)
    print(json.dumps({**told, "wall_s": round(time.time() - started, 1)}))
