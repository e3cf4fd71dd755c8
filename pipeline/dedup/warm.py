"""Six small documents through all of deduplication, so that its kernels are compiled before the real ones come."""

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.key_writer import KeyWriter
from corpusmill.pipeline.dedup.members import sets_of
from corpusmill.pipeline.dedup.settings import EnteredShard, Settings
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.kernels import compile as kernels

WORDS = 200  # of each document; all but one are the same, so that all meet and all are compared
SHARDS, DOCUMENTS = 2, 3


def use(spec: DedupSpec) -> str:
    """Names the kernels that grouping and judging need."""
    return digest("dedup", json.loads(spec.model_dump_json())["near"])


@dataclass(frozen=True)
class Ready:
    """Called in a process before its first unit of dedup; travels to the workers."""

    spec: DedupSpec

    def __call__(self) -> None:
        kernels.once(use(self.spec), lambda: warm(self.spec))


def warm(spec: DedupSpec) -> None:
    """Deduplicate documents of which each is nearly the one before."""
    asked = DedupSpec(near=spec.near, max_removed_share={})
    with scratch.folder() as folder:
        shards = []
        for shard in range(SHARDS):
            unit = f"warm{shard}"
            table = _documents(shard)
            (folder / "documents").mkdir(exist_ok=True)
            pq.write_table(table, folder / "documents" / f"{unit}.parquet")
            with KeyWriter(folder, unit, asked) as keys:
                keys.add(Batch(table))
            shards.append(EnteredShard(unit=unit, number=shard, source="warm", priority=1, uri=unit))
        settings = Settings(spec=asked, shards=tuple(shards))
        work = Work(store=Store(str(folder)), folder="dedup/warm", run=lambda units, task: map(task, units))
        deduplicate(work, settings)
        if spec.near is not None:  # `estimate` reads the sets of pairs that signatures leave open: here there are none
            ids = read_table(folder / "documents" / "warm0.parquet")["doc_id"].to_numpy()
            list(sets_of(work.store, "documents/warm0.parquet", ids, spec.near))


def _documents(shard: int) -> pa.Table:
    texts = [
        " ".join([*(f"word{i}" for i in range(WORDS - 1)), f"document{shard}x{number}"]) for number in range(DOCUMENTS)
    ]
    text = pa.array(texts, TEXT)
    ids = pa.array(np.arange(DOCUMENTS) | shard << 26)
    blank = {name: pa.nulls(DOCUMENTS, type_) for name, type_ in STANDARD.items()}
    return pa.table({**blank, "doc_id": ids, "text_key": text_keys(text), "text": text})
