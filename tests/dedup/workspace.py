"""A workspace with ingested shards, made from plain documents: what deduplication starts from."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.dedup.keys import text_keys
from corpusmill.operators.text.conversation import CONVERSATION_COLUMNS, identity_text
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.dedup.deduplicate import Outcome, deduplicate
from corpusmill.pipeline.dedup.key_writer import KeyWriter
from corpusmill.pipeline.dedup.settings import EnteredShard, Settings
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.ids import SHARD_BITS, doc_ids


@dataclass(frozen=True)
class Doc:
    text: str
    url: str | None = None
    fetched_at: int | None = None
    quality: float | None = None
    turns: Mapping[str, object] = field(default_factory=dict)  # columns of conversations


@dataclass
class Workspace:
    """Shards of documents; `ids` gives each document's doc_id in the order they were put in."""

    root: Path
    spec: DedupSpec
    shards: list[EnteredShard] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    docs: list[Doc] = field(default_factory=list)
    row_group_rows: int = 50

    @property
    def store(self) -> Store:
        return Store(str(self.root))

    def put(self, docs: Sequence[Doc], *, source: str = "web", priority: int = 1, run: int = 0) -> EnteredShard:
        """One shard of these documents."""
        number = len(self.shards)
        unit = f"unit{number:04d}"
        ids = doc_ids(run=run, shard=number, rows=np.arange(len(docs)) * 3, uri=unit)
        texts = pa.array([d.text for d in docs], TEXT)
        table = pa.table(
            {
                "doc_id": ids,
                "text_key": text_keys(texts),
                "url": pa.array([d.url for d in docs], pa.string()),
                "fetched_at_utc": pa.array([d.fetched_at for d in docs], pa.timestamp("s", "UTC")),
                "quality": pa.array([d.quality for d in docs], pa.float32()),
                "text": texts,
            }
        )
        for name, dtype in CONVERSATION_COLUMNS.items() if any(d.turns for d in docs) else ():
            table = table.append_column(name, pa.array([d.turns.get(name) for d in docs], dtype))
        table = table.set_column(1, "text_key", text_keys(identity_text(table)))
        for folder in ("documents", "keys", "bands", "sketches"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        pq.write_table(table, self.root / "documents" / f"{unit}.parquet", row_group_size=self.row_group_rows)
        with KeyWriter(self.root, unit, self.spec) as writer:
            for begin in range(0, len(docs), 64):
                writer.add(Batch(table.slice(begin, 64)))
        shard = EnteredShard(
            unit=unit, number=run << SHARD_BITS | number, source=source, priority=priority, uri=f"{unit}.jsonl"
        )
        self.shards.append(shard)
        self.ids += ids.tolist()
        self.docs += docs
        return shard

    def work(self, settings: Settings, *, unit_bytes: int = 1 << 28, shuffle: int | None = None) -> Work:
        """Units in this process; `shuffle` runs them in another order, as a cluster would."""

        def run(units, task):
            order = list(units)
            if shuffle is not None:
                random.Random(shuffle).shuffle(order)
            for unit in order:
                yield task(unit)

        return Work(store=self.store, folder=f"dedup/{settings.fingerprint}", run=run, unit_bytes=unit_bytes)

    def dedup(self, *, unit_bytes: int = 1 << 28, shuffle: int | None = None, **settings) -> Outcome:
        """Deduplicate everything, as if nothing had been before."""
        asked = Settings(spec=self.spec, shards=tuple(self.shards), **settings)
        return deduplicate(self.work(asked, unit_bytes=unit_bytes, shuffle=shuffle), asked)

    def duplicates(self, outcome: Outcome) -> pa.Table:
        """All shards' tables of duplicates as one."""
        return pa.concat_tables([pq.read_table(self.root / outcome.tables[s.unit]) for s in self.shards])

    def removed(self, outcome: Outcome) -> dict[int, int]:
        """Removed documents -> their survivors, by place in `docs`."""
        place = {doc_id: i for i, doc_id in enumerate(self.ids)}
        rows = self.duplicates(outcome).to_pylist()
        return {place[r["doc_id"]]: place[r["survivor"]] for r in rows if r["reason"]}

    def reasons(self, outcome: Outcome) -> dict[int, str]:
        place = {doc_id: i for i, doc_id in enumerate(self.ids)}
        return {place[r["doc_id"]]: r["reason"] for r in self.duplicates(outcome).to_pylist() if r["reason"]}
