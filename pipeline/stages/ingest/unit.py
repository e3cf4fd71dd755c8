"""One shard of input, from bytes to committed tables; or on from where an earlier part of the steps left it."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import filesystem
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputChanged
from corpusmill.operators.contract import Span
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run_stage import commit_unit, stage_manifest
from corpusmill.pipeline.execution.run_units import Unit
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.ingest.document_writer import DocumentWriter
from corpusmill.pipeline.stages.ingest.part_writer import PartWriter
from corpusmill.pipeline.stages.ingest.sampling import up_to
from corpusmill.pipeline.stages.ingest.shard_writer import ShardWriter, Sink
from corpusmill.pipeline.steps import sources, user_code
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.steps.step_groups import Part, parts_of
from corpusmill.pipeline.workspace.inventory import Shard

REMEDY = "`corpusmill run` takes the inputs as they are now, and so does `update` unless the steps changed too"


ROWS_AT_ONCE = 2048  # documents of an earlier part read at once


@dataclass(frozen=True)
class Ingest:
    """The task of an ingest unit; travels to the workers.

    A unit names its shard, the `part` of the steps it runs and, after the first, the unit `before` whose documents it
    takes and the file with the `answer` that its first step awaited.
    """

    job: str
    workspace: Store
    code: Mapping[str, str]  # text by path of the user's own modules
    files: Mapping[str, str]  # sha256 of every file that the operators need, by address

    def __call__(self, unit: Unit) -> Mapping[str, Any]:
        user_code.install(self.code)
        resources.require(self.files)
        shard = Shard(**{f: unit[f] for f in Shard.__dataclass_fields__})
        spec = JobSpec.from_canonical(self.job)
        use = warm.ingest_use(self.job, shard.source, shard.reader)
        uses = kernel_uses.of_job(spec, [shard.reader])
        kernels.once(use, lambda: warm.warm_ingest(self.job, shard.source, shard.reader), uses)
        parts, name = parts_of(spec), str(unit["name"])
        part = parts[unit["part"]]
        chain = self._chain(shard, part, unit["answer"])
        with tempfile.TemporaryDirectory(prefix="corpusmill-") as folder:
            sink = self._sink(Path(folder), name, spec, shard, chain, part)
            tally = self._tally(unit, parts)
            writer = ShardWriter(Path(folder), name, spec, shard, chain, sink, tally)
            if unit["before"] is None:
                with opened(spec, shard) as file, writer:
                    share = spec.sample.documents
                    for batch in records(chain, shard, file, writer.tally, limit=unit["limit"], share=share):
                        writer.take(batch)
            else:
                with writer:
                    self._go_on(writer, str(unit["before"]))
            counts = writer.counts()
            for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
                self.workspace.publish_file(path.relative_to(folder).as_posix(), path)
        return commit_unit(self.workspace, part.stage, name, counts)

    def _chain(self, shard: Shard, part: Part, answer: str | None) -> Chain:
        known = None if answer is None else (answer, self.workspace.read(answer))
        return sources.part_chain(self.job, shard.source, shard.reader, part, known)

    def _sink(self, folder: Path, name: str, spec: JobSpec, shard: Shard, chain: Chain, part: Part) -> Sink:
        if part.awaited is None:
            return DocumentWriter(folder, name, spec, shard.source, chain.columns())
        is_for = part.end not in chain.without
        return PartWriter(folder, name, shard, chain.columns(), part.awaited, is_for=is_for)

    def _tally(self, unit: Unit, parts: list[Part]) -> Tally:
        """What the parts before this one counted."""
        if unit["before"] is None:
            return Tally()
        marker = stage_manifest(self.workspace, f"units/{parts[unit['part'] - 1].stage}/{unit['before']}.json")
        assert marker is not None, f"{unit['before']} is not committed"
        return Tally.from_json(marker["tally"])

    def _go_on(self, writer: ShardWriter, before: str) -> None:
        """Take what an earlier part passed on, and copy what it dropped."""
        with self.workspace.open(f"dropped/{before}.parquet") as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=ROWS_AT_ONCE):
                writer.dropped.write(pa.Table.from_batches([batch]))
        came, expected = 0, writer.passed_on()
        with self.workspace.open(f"parts/{before}.parquet") as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=ROWS_AT_ONCE):
                came += batch.num_rows
                writer.go_on(pa.Table.from_batches([batch]))
        check(f"documents of {before}", came=expected, went={"taken up": came})


@contextlib.contextmanager
def opened(spec: JobSpec, shard: Shard) -> Iterator[BinaryIO]:
    """The input file, open; InputChanged when, before it is read or after, it is gone or its etag is no longer the
    inventory's.
    """
    fs = filesystem(shard.uri, sources.input_of(spec, shard.source).storage)

    def require_unchanged() -> None:
        fs.invalidate_cache()
        try:
            found = content_tag(fs, fs.info(shard.uri))
        except FileNotFoundError as e:
            told = f"is gone since the inventory was taken; put it back, or go on: {REMEDY}"
            raise InputChanged(f"{shard.uri} {told}") from e
        if found != shard.etag:
            raise InputChanged(f"{shard.uri} changed since the inventory was taken: {REMEDY}")

    require_unchanged()
    with fs.open(shard.uri, "rb") as file:
        yield cast(BinaryIO, file)
    require_unchanged()


def records(
    chain: Chain, shard: Shard, file: BinaryIO, tally: Tally, *, limit: int | None = None, share: float = 1.0
) -> Iterator[pa.Table]:
    """Batches of records with their `doc_id`; counts what is not a document, and checks that no byte was lost.

    limit: stop after so many documents in a sample of that share; the bytes after them are counted as not read.
    """
    row, left = 0, limit
    span = Span(shard.start, shard.end)
    for batch in chain.reader(file, span):
        rows = np.arange(row, row + batch.num_rows)
        row += batch.num_rows
        ids = doc_ids(run=shard.run, shard=shard.shard, rows=rows, uri=shard.uri)
        table = pa.Table.from_batches([batch]).add_column(0, "doc_id", pa.array(ids))
        if left is not None:
            table, left = up_to(table, left, share)
        tally.add("read_bytes", by=bytes_of(table))
        tally.add("other_span_bytes", by=bytes_of(table.filter(pc.equal(table["skipped"], OTHER_SPAN))))
        skipped = table["skipped"].is_valid()
        for kind in pc.value_counts(table["skipped"].filter(skipped)).to_pylist():
            tally.add("skipped", kind["values"], by=kind["counts"])
        tally.add("records", by=table.num_rows)
        yield table.filter(table["skipped"].is_null())
        if left == 0:
            tally.add("unread_bytes", by=span.end - span.start - tally.total("read_bytes"))
            break
    what = f"bytes of {shard.uri} [{span.start}, {span.end})"
    went = {"read": tally.total("read_bytes"), "not read": tally.total("unread_bytes")}
    check(what, came=span.end - span.start, went=went)
    if left != 0 and span == Span(0, shard.size):  # over several spans of a file they add up to 0, see `ingest`
        check(f"{what} that no record has", came=0, went={"other": tally.total("other_span_bytes")})


def bytes_of(records: pa.Table) -> int:
    return int(pc.sum(records["length"]).as_py() or 0)
