"""What comes of one shard's records, written under the unit's name: documents that go on, those that left, counts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.readers.framing.typed import UNREAD, unread_columns
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.gather import Gatherer
from corpusmill.pipeline.evidence.merge import FOLDER
from corpusmill.pipeline.evidence.safe_gatherer import SafeGatherer
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.ingest.sampling import raw_column, sampled
from corpusmill.pipeline.steps.chain import Chain, Gone, reason_word
from corpusmill.pipeline.workspace.inventory import Shard

LOST = ("failed", "dropped", "not_sampled")
# Where the bytes of a document that left are to be found: file, place in it and length as the reader tells them.
ORIGIN = [pa.field("uri", pa.string()), pa.field("offset", pa.int64()), pa.field("length", pa.int64())]
SHOWN_BYTES = 16 << 20  # of a shard: of so much of it some documents may be shown in the report; a guess
DROPPED_TEXT_CHARS = 2000  # what `inspect` shows of a dropped document


class Sink(Protocol):
    """Takes the documents that reach the end of a part."""

    place: str  # the word under which the tally counts them

    def keep(self, batch: Batch, tally: Tally) -> None: ...

    def facts(self) -> JsonObject:
        """What the unit returns of them; asked for when all is written."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: Any) -> None: ...


class ShardWriter:
    """Takes batches through the chain; what is left goes to `sink`, the rest to `dropped/NAME.parquet`.

    tally: of the parts before this one.
    """

    def __init__(
        self, folder: Path, name: str, spec: JobSpec, shard: Shard, chain: Chain, sink: Sink, tally: Tally
    ) -> None:
        self.spec, self.shard, self.chain, self.sink, self.tally = spec, shard, chain, sink, tally
        (folder / "dropped").mkdir()
        columns = [pa.field(n, t) for n, t in chain.columns().items() if n != "content"]
        place = columns.index(pa.field("offset", pa.int64()))
        columns[place : place + 1] = ORIGIN
        gone = [pa.field("step", pa.string()), pa.field("kind", pa.string()), pa.field("reason", pa.string())]
        share, last = spec.evidence.measure_dropped, chain.end is None
        self.evidence = SafeGatherer(
            Gatherer(
                chain,
                shard.source,
                share,
                last=last,
                text_share=min(1.0, SHOWN_BYTES / max(shard.end - shard.start, 1)),
            )
        )
        self._evidence_file = folder / FOLDER / f"{name}.parquet"
        self.dropped = TableWriter(folder / "dropped" / f"{name}.parquet", pa.schema(columns + gone))

    def take(self, records: pa.Table) -> None:
        """Take one batch of records, readable and failed ones."""
        sound = records["failure"].is_null()
        failed = records.filter(pc.invert(sound))
        if failed.num_rows:
            self._drop(Gone("read", "failed", failed["failure"].combine_chunks(), failed))
            self._count_lost_bytes(failed)
        records = records.filter(sound)
        raw = raw_column(records)
        self.tally.add("in", "documents", self.shard.source, by=records.num_rows)
        self.tally.add("in", "bytes", self.shard.source, by=int(pc.sum(pc.binary_length(records[raw])).as_py() or 0))
        if UNREAD in records.column_names:
            for column, values in unread_columns(records[UNREAD]).items():
                self.tally.add("unread", self.shard.source, column, by=values)
        taken, rest = sampled(records, self.spec.sample.documents)
        self.tally.add("not_sampled", by=rest.num_rows)
        count_gone("not_sampled", rest, self.shard.source, self.chain.fixed, self.tally)
        self.go_on(standard(taken))

    def go_on(self, documents: pa.Table) -> None:
        """Take one batch of readable documents."""
        outcome = self.chain.run(Batch(documents))
        for gone in outcome.gone:
            self._drop(gone)
        self._count_changes([outcome.kept.table, *(gone.table for gone in outcome.gone)])
        self.evidence.add(outcome)
        self.sink.keep(outcome.kept, self.tally)

    def passed_on(self) -> int:
        """How many documents an earlier part left for this one; it forgets them, to count where they go now."""
        return self.tally.counts.pop(("passed", "documents"), 0)

    def _count_changes(self, tables: list[pa.Table]) -> None:
        """What the rewrites of this part counted, of documents that stayed and of those that left after it."""
        for step, column in self.chain.changes():
            found = [pc.sum(table[column]).as_py() or 0 for table in tables if column in table.column_names]
            self.tally.add("rewritten", step, column, by=sum(found))

    def _count_lost_bytes(self, failed: pa.Table) -> None:
        """How much of the input could not be read: a damaged stretch is one failed record, whatever was in it."""
        words = pa.table([reason_word(failed["failure"].combine_chunks()), failed["length"]], names=["word", "bytes"])
        for row in words.group_by("word").aggregate([("bytes", "sum")]).to_pylist():
            self.tally.add("lost_bytes", row["word"], by=row["bytes_sum"])

    def _drop(self, gone: Gone) -> None:
        for row in pc.value_counts(reason_word(gone.reasons)).to_pylist():
            self.tally.add(gone.kind, gone.step, row["values"], by=row["counts"])
        count_gone(gone.kind, gone.table, self.shard.source, self.chain.fixed, self.tally)
        table = gone.table.drop_columns([c for c in ("content", "failure", "skipped") if c in gone.table.column_names])
        if "text" in table.column_names:
            short = pc.utf8_slice_codeunits(table["text"], 0, DROPPED_TEXT_CHARS).cast(TEXT)
            table = table.set_column(table.column_names.index("text"), "text", short)
        n = table.num_rows
        table = table.append_column("step", pa.repeat(gone.step, n)).append_column("kind", pa.repeat(gone.kind, n))
        table = table.append_column("uri", pa.repeat(self.shard.uri, n))
        self.dropped.write(table.append_column("reason", gone.reasons))

    def counts(self) -> JsonObject:
        """What the unit returns, after checking that every record went somewhere."""
        t = self.tally
        went = {k: t.total(k) for k in ("skipped", *LOST)}
        went[self.sink.place] = t.total(self.sink.place, "documents")
        check(f"records of {self.shard.uri}", came=t.total("records"), went=went)
        lost = sum(went[kind] for kind in LOST)
        why = most_common(t.below("failed", "read"))
        if why is not None and not t.total("in", "documents"):  # a stream cut short has no byte that is left to lose
            rest = self.shard.end - self.shard.start - t.total("lost_bytes")
            t.add("lost_bytes", why, by=max(rest, 0))
        check(f"documents that left {self.shard.uri}", came=lost, went={"by leaf": t.total("gone")})
        return {
            "documents": went[self.sink.place],
            "taken": t.total("in", "documents") - went["not_sampled"] + t.total("failed", "read"),
            "readable": t.total("in", "documents"),
            "unreadable": t.total("failed", "read"),
            "unreadable_bytes": t.total("lost_bytes"),
            "unreadable_why": why,
            "read_bytes": t.total("read_bytes"),
            "source": self.shard.source,
            **({} if self.evidence.fault is None else {"evidence_fault": self.evidence.fault}),
            "tally": t.to_json(),
            **self.sink.facts(),
        }

    def __enter__(self) -> Self:
        self.dropped.__enter__()
        self.sink.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        for part in (self.dropped, self.sink):
            part.__exit__(kind, *error)
        if kind is None:
            self._evidence_file.parent.mkdir()
            self._evidence_file.write_bytes(self.evidence.packed())


def most_common(reasons: Mapping[tuple[str, ...], int]) -> str | None:
    """The reason of most, the first by name among equals; None when there is none."""
    return min(reasons, key=lambda words: (-reasons[words], words))[-1] if reasons else None


def count_gone(kind: str, table: pa.Table, source: str, fixed: Mapping[str, str], tally: Tally) -> None:
    """Documents that left, under their source, domain and language; "" where nobody knows it (yet)."""
    words = [
        pa.repeat(pa.scalar(fixed.get(name, "")), table.num_rows)
        if name in fixed or name not in table.column_names
        else pc.fill_null(table[name].cast(pa.string()), "")
        for name in ("domain", "language")
    ]
    grouped = pa.table(words, names=["domain", "language"]).group_by(["domain", "language"])
    for row in grouped.aggregate([([], "count_all")]).to_pylist():
        tally.add("gone", kind, source, row["domain"], row["language"], by=row["count_all"])


def standard(table: pa.Table) -> pa.Table:
    """The table with every standard column, null where its reader knows nothing of it, and the length of the record."""
    for name, dtype in STANDARD.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, dtype))
    return table.drop_columns(["skipped", "failure"])
