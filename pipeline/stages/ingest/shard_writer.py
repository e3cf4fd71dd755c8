"""What comes of one unit's records, written under the unit's name: documents that go on, those that left, counts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.readers.framing.typed import UNREAD, unread_columns
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.gather import Gatherer
from corpusmill.pipeline.evidence.merge import FOLDER
from corpusmill.pipeline.evidence.safe_gatherer import SafeGatherer
from corpusmill.pipeline.execution.measured import reading
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.stages.ingest.counts import IngestCounts, SinkFacts, UnreadableFile
from corpusmill.pipeline.stages.ingest.dropped_writer import DroppedWriter
from corpusmill.pipeline.stages.ingest.isolated import Watch
from corpusmill.pipeline.stages.ingest.large_batches import LargeBatches
from corpusmill.pipeline.stages.ingest.losses import count_losses, most_common
from corpusmill.pipeline.stages.ingest.reading import FileErrors
from corpusmill.pipeline.stages.ingest.sampling import raw_column, sampled
from corpusmill.pipeline.steps.chain import Chain, Dropped, Outcome
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

SAMPLED_ROWS = 128  # documents of a sample that go through the steps as one batch; of whole pages some MB

LOST = ("failed", "dropped", "not_sampled")

SHOWN_BYTES = 16 << 20  # of a shard: of so much of it some documents may be shown in the report; a guess


class Sink(Protocol):
    """Takes the documents that reach the end of a part."""

    place: str  # the word under which the tally counts them

    def keep(self, batch: Batch, tally: Tally) -> None: ...

    def facts(self) -> SinkFacts:
        """What the unit returns of them; asked for when all is written."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: Any) -> None: ...


class ShardWriter:
    """Takes batches through the chain; what is left goes to `sink`, the rest to `dropped/NAME.parquet`.

    tally: of the parts before this one. Its `watch`, where it is given one, is told what is at hand and names documents
    that ended a worker, which are left out.
    """

    def __init__(
        self, folder: Path, name: str, spec: JobSpec, files: UnitFiles, chain: Chain, sink: Sink, tally: Tally
    ) -> None:
        self.spec, self.files, self.chain, self.sink, self.tally = spec, files, chain, sink, tally
        self.source = files.source
        self.watch: Watch | None = None
        share, last = spec.evidence.measure_dropped, chain.end is None
        self.evidence = SafeGatherer(
            Gatherer(
                chain,
                self.source,
                share,
                last=last,
                text_share=min(1.0, SHOWN_BYTES / max(files.size_bytes, 1)),
            )
        )
        self._evidence_file = folder / FOLDER / f"{name}.parquet"
        self.dropped = DroppedWriter(folder, name, files, chain, tally)
        self._waiting: list[pa.Table] = []
        self._steps = LargeBatches(chain, files, self._left, self._ended)

    def take(self, records: pa.Table, errors: FileErrors | None = None) -> None:
        """Take one batch of records, readable and failed ones. errors: as in `go_on`."""
        with reading.timing():  # what is done with every record counts as reading it, also of those not in the sample
            taken = standard(self._in_sample(self._readable(records)))
        if self.spec.sample.documents >= 1:
            self.go_on(taken, errors)
            return
        if self._waiting and not self._waiting[0].schema.equals(taken.schema):
            self._take_sampled(errors)
        self._waiting.append(taken)
        if sum(table.num_rows for table in self._waiting) >= SAMPLED_ROWS:
            self._take_sampled(errors)

    def take_rest(self, errors: FileErrors | None = None) -> None:
        """Take all that waits, when nothing more comes."""
        self._take_sampled(errors)
        self._steps.rest(errors)

    def _take_sampled(self, errors: FileErrors | None) -> None:
        """Take the documents of a sample that wait: a batch of records leaves few, and steps cost by the batch too."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.go_on(pa.concat_tables(waiting), errors)

    def _readable(self, records: pa.Table) -> pa.Table:
        """The records that could be read; the others are dropped here."""
        sound = records["failure"].is_null()
        if pc.all(sound).as_py() is not False:
            return records
        failed = records.filter(pc.invert(sound))
        self.dropped.take(Dropped("read", "failed", failed["failure"].combine_chunks(), failed))
        self.dropped.count_lost_bytes(failed)
        return records.filter(sound)

    def _in_sample(self, records: pa.Table) -> pa.Table:
        """Count the records as input, leave out what is not in the sample."""
        raw = raw_column(records)
        self.tally.add("in", "documents", self.source, by=records.num_rows)
        self.tally.add("in", "bytes", self.source, by=int(pc.sum(pc.binary_length(records[raw])).as_py() or 0))
        if UNREAD in records.column_names:
            for column, values in unread_columns(records[UNREAD]).items():
                self.tally.add("unread", self.source, column, by=values)
        taken, rest = sampled(records, self.spec.sample.documents)
        self.tally.add("not_sampled", by=rest.num_rows)
        count_losses("not_sampled", rest, self.source, self.chain.fixed, self.tally)
        return taken

    def go_on(self, documents: pa.Table, errors: FileErrors | None = None) -> None:
        """Take one batch of readable documents. errors: as in `LargeBatches`."""
        if self.watch is not None:
            documents = self._without_killers(documents, self.watch)
        self._steps.take(documents, errors, at_once=self.watch is not None)
        if self.watch is not None:
            self.watch.takes(None)

    def _ended(self, outcome: Outcome) -> None:
        """Write and count what has come to the end of the chain, and what left on the way."""
        self._count_changes([outcome.kept.table])
        self._write_dropped(outcome)
        self.evidence.add(outcome)
        self.sink.keep(outcome.kept, self.tally)

    def _left(self, outcome: Outcome) -> None:
        """Write and count what left; the others go on."""
        self._write_dropped(outcome)
        nobody = outcome.kept.keep(np.zeros(outcome.kept.num_rows, np.bool_))
        self.evidence.add(Outcome(nobody, outcome.dropped))

    def _write_dropped(self, outcome: Outcome) -> None:
        for gone in outcome.dropped:
            self.dropped.take(gone)
        self._count_changes([gone.table for gone in outcome.dropped])

    def reads(self, shard: Shard) -> None:
        """Note that this file is read from here on."""
        if self.watch is not None:
            self.watch.reads(shard.slot)

    def _without_killers(self, documents: pa.Table, watch: Watch) -> pa.Table:
        """The documents that have ended no worker; the others are failed rows."""
        reasons = [watch.set_aside.get(doc_id) for doc_id in documents["doc_id"].to_pylist()]
        out = pa.array(reasons, pa.string())
        if out.null_count < len(out):
            away = documents.filter(out.is_valid())
            self.dropped.take(Dropped("worker", "failed", out.drop_null(), away))
            documents = documents.filter(out.is_null())
        watch.takes(documents)
        return documents

    def passed_on(self) -> int:
        """How many documents an earlier part left for this one; it forgets them, to count where they go now."""
        return self.tally.counts.pop(("passed", "documents"), 0)

    def _count_changes(self, tables: list[pa.Table]) -> None:
        """What the rewrites of this part counted, of documents that stayed and of those that left after it."""
        for step, column in self.chain.changes():
            found = [pc.sum(table[column]).as_py() or 0 for table in tables if column in table.column_names]
            self.tally.add("rewritten", step, column, by=sum(found))

    def counts(self, unreadable: Sequence[UnreadableFile] = ()) -> IngestCounts:
        """What the unit returns, after checking that every record went somewhere.

        unreadable: of small files, those of which no record could be read.
        """
        t = self.tally
        went = {k: t.total(k) for k in ("skipped", *LOST)}
        went[self.sink.place] = t.total(self.sink.place, "documents")
        check(f"records of {self.files.uri}", came=t.total("records"), went=went)
        lost = sum(went[kind] for kind in LOST)
        why = most_common(t.below("failed", "read"))
        if why is not None and not t.total("in", "documents"):  # a stream cut short has no byte that is left to lose
            t.add("lost_bytes", why, by=max(self.files.size_bytes - t.total("lost_bytes"), 0))
        check(f"documents that left {self.files.uri}", came=lost, went={"by leaf": t.total("gone")})
        counts: IngestCounts = {
            "documents": went[self.sink.place],
            "taken": t.total("in", "documents") - went["not_sampled"] + t.total("failed", "read"),
            "readable": t.total("in", "documents"),
            "unreadable": t.total("failed", "read"),
            "unreadable_bytes": t.total("lost_bytes"),
            "unreadable_why": why,
            "read_bytes": t.total("read_bytes"),
            "source": self.source,
            "tally": t.to_json(),
            **self.sink.facts(),
        }
        if self.evidence.fault is not None:
            counts["evidence_fault"] = self.evidence.fault
        if self.files.is_shared:
            counts["unreadable_files"] = list(unreadable)
        return counts

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


def standard(table: pa.Table) -> pa.Table:
    """The table with every standard column, null where its reader knows nothing of it, and the length of the record."""
    for name, dtype in STANDARD.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, dtype))
    return table.drop_columns(["skipped", "failure"])
