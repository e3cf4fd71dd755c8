"""What comes of one shard's records, written under the unit's name: kept documents, those that left, keys, counts."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from operators.batch import TEXT, Batch
from operators.dedup.keys import text_keys
from pipeline.accounting import Tally, check
from pipeline.chain import STANDARD, Chain, Gone, reason_word
from pipeline.config.spec import JobSpec
from pipeline.stages.dedup_keys import KeyWriter
from pipeline.stages.inventory import Shard
from pipeline.tables import TableWriter

DROPPED_TEXT_CHARS = 2000  # what `inspect` shows of a dropped document


class ShardWriter:
    """Takes batches of records through the chain and writes what comes of them, all under the unit's name."""

    def __init__(self, folder: Path, name: str, spec: JobSpec, shard: Shard, chain: Chain) -> None:
        self.spec, self.shard, self.chain = spec, shard, chain
        self.tally = Tally()
        for part in ("documents", "dropped"):
            (folder / part).mkdir()
        columns = chain.columns()
        kept = [pa.field(n, t) for n, t in columns.items()]
        kept.insert(1, pa.field("text_key", pa.binary(16)))
        gone = [pa.field("step", pa.string()), pa.field("kind", pa.string()), pa.field("reason", pa.string())]
        self.documents = TableWriter(folder / "documents" / f"{name}.parquet", pa.schema(kept))
        self.dropped = TableWriter(
            folder / "dropped" / f"{name}.parquet", pa.schema([pa.field(n, t) for n, t in columns.items()] + gone)
        )
        self.keys = KeyWriter(folder, name, spec.dedup)

    def take(self, records: pa.Table) -> None:
        """Take one batch of records, readable and failed ones."""
        sound = records["failure"].is_null()
        failed = records.filter(pc.invert(sound))
        if failed.num_rows:
            self._drop(Gone("read", "failed", failed["failure"].combine_chunks(), failed))
        records = records.filter(sound)
        raw = "content" if "content" in records.column_names else "text"
        self.tally.add("in", "documents", self.shard.source, by=records.num_rows)
        self.tally.add("in", "bytes", self.shard.source, by=int(pc.sum(pc.binary_length(records[raw])).as_py() or 0))
        outcome = self.chain.run(Batch(standard(sampled(records, raw, self.spec.sample.documents, self.tally))))
        for gone in outcome.gone:
            self._drop(gone)
        self._keep(outcome.kept)

    def _keep(self, batch: Batch) -> None:
        keyed = batch.with_columns({"text_key": text_keys(batch.column("text"))})
        self.documents.write(keyed.table)
        self.keys.add(keyed)
        table = pa.table(
            {
                "language": pc.fill_null(batch.column("language"), ""),
                "domain": pc.fill_null(batch.column("domain"), ""),
                "bytes": pc.binary_length(batch.column("text")),
            }
        )
        for row in table.group_by(["domain", "language"]).aggregate([("bytes", "sum"), ("bytes", "count")]).to_pylist():
            leaf = (self.shard.source, row["domain"], row["language"])
            self.tally.add("kept", "documents", *leaf, by=row["bytes_count"])
            self.tally.add("kept", "bytes", *leaf, by=row["bytes_sum"] or 0)

    def _drop(self, gone: Gone) -> None:
        for row in pc.value_counts(reason_word(gone.reasons)).to_pylist():
            self.tally.add(gone.kind, gone.step, row["values"], by=row["counts"])
        table = gone.table.drop_columns([c for c in ("content", "failure", "skipped") if c in gone.table.column_names])
        if "text" in table.column_names:
            short = pc.utf8_slice_codeunits(table["text"], 0, DROPPED_TEXT_CHARS).cast(TEXT)
            table = table.set_column(table.column_names.index("text"), "text", short)
        n = table.num_rows
        table = table.append_column("step", pa.repeat(gone.step, n)).append_column("kind", pa.repeat(gone.kind, n))
        self.dropped.write(table.append_column("reason", gone.reasons))

    def counts(self) -> dict[str, Any]:
        """What the unit returns, after checking that every record went somewhere."""
        t = self.tally
        went = {k: t.total(k) for k in ("skipped", "failed", "dropped", "not_sampled")}
        went["kept"] = t.total("kept", "documents")
        check(f"records of {self.shard.uri}", came=t.total("records"), went=went)
        return {
            "documents": went["kept"],
            "taken": t.total("in", "documents") + t.total("failed", "read"),
            "read_bytes": t.total("read_bytes"),
            "source": self.shard.source,
            "tally": t.to_json(),
        }

    def __enter__(self) -> "ShardWriter":
        self.documents.__enter__()
        self.dropped.__enter__()
        self.keys.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        for part in (self.documents, self.dropped, self.keys):
            part.__exit__(*error)


def sampled(records: pa.Table, raw: str, share: float, tally: Tally) -> pa.Table:
    """The share of records whose content hashes low: the same ones wherever they lie, more as the share grows."""
    if share >= 1:
        return records
    keys = text_keys(records[raw].combine_chunks().view(TEXT))  # the bytes of pages are hashed as they are
    words = np.frombuffer(keys.buffers()[1], np.uint64)[keys.offset * 2 : (keys.offset + len(keys)) * 2 : 2]
    keep = words.astype(np.float64) < share * 2.0**64
    tally.add("not_sampled", by=int(len(keep) - keep.sum()))
    return records.filter(pa.array(keep))


def standard(table: pa.Table) -> pa.Table:
    """The table with every standard column, null where its reader knows nothing of it."""
    for name, dtype in STANDARD.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, dtype))
    return table.drop_columns(["length", "skipped", "failure"])
