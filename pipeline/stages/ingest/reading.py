"""Reads the records of a unit's files, which must be as the inventory has them; small ones in batches together."""

import contextlib
import functools
import io
import traceback
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fsspec import AbstractFileSystem

from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import filesystem, is_s3, renewed
from corpusmill.cluster.patience import patiently, trouble
from corpusmill.cluster.whole_object import object_and_tag
from corpusmill.errors import AccountingError, FilesFailed, InputChanged, StoreUnavailable
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.machine_faults import is_of_the_machine
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files.ids import doc_ids
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.stages.ingest.counts import UnreadableFile
from corpusmill.pipeline.stages.ingest.sampling import in_sample, up_to
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.chain import Chain, reason_word
from corpusmill.pipeline.workspace.shards import Shard, UnitFiles

REMEDY = "`corpusmill run JOB` takes the inputs as they are now, and so does `update` unless the steps changed too"
WHOLE_BYTES = 16 << 20  # of a file in S3 that is fetched with one request
FILES_AT_ONCE = 8  # small ones that are fetched while others are read; a request takes tens of milliseconds (guess)
TOGETHER_ROWS, TOGETHER_BYTES = 2048, 16 << 20  # of small files that go through the steps as one batch


@dataclass
class FileErrors:
    """Files of a shared unit that raised an error, by slot."""

    by_slot: dict[int, JsonObject] = field(default_factory=dict)

    def add(self, shard: Shard, error: Exception) -> None:
        """Note the first error of a file. What is no file's fault is raised at once: rows that do not add up, trouble
        of a store or of the machine.
        """
        of_no_file = isinstance(error, AccountingError | StoreUnavailable) or is_of_the_machine(error)
        if of_no_file or trouble(error) is not None:
            raise error
        told = {"slot": shard.slot, "error": f"{type(error).__name__}: {error}", "kind": type(error).__name__}
        details = "".join(traceback.format_exception(error))[-4000:]
        self.by_slot.setdefault(shard.slot, {**told, "details": details})

    def require_none(self, files: UnitFiles) -> None:
        """Raise FilesFailed when there is one."""
        if self.by_slot:
            first = next(iter(self.by_slot.values()))
            told = f"{len(self.by_slot):,} of {len(files.files):,} files failed, the first with {first['error']}"
            raise FilesFailed(told, list(self.by_slot.values()))


@dataclass
class UnreadableFiles:
    """Counts the records of each small file that could not be read, to name the files that give none."""

    files: list[UnreadableFile] = field(default_factory=list)

    def count(self, shard: Shard, batches: list[pa.Table], tally: Tally) -> None:
        """Note a file if all its records failed. What no record has of its bytes is lost, as in a unit of one file."""
        failed = [b.filter(b["failure"].is_valid()) for b in batches]
        records = sum(b.num_rows for b in failed)
        if not records or records < sum(b.num_rows for b in batches):
            return
        words = pa.concat_tables([b.select(["failure"]) for b in failed])["failure"]
        kinds = pc.value_counts(reason_word(words.combine_chunks())).to_pylist()
        why = min(kinds, key=lambda each: (-each["counts"], each["values"]))["values"]
        size = shard.end - shard.start
        rest = size - sum(bytes_of(b) for b in failed)
        tally.add("lost_bytes", why, by=max(rest, 0))
        self.files.append({"slot": shard.slot, "records": records, "bytes": max(size, size - rest), "why": why})


@contextlib.contextmanager
def opened(spec: JobSpec, shard: Shard) -> Iterator[BinaryIO]:
    """The input file, open; InputChanged when, before it is read or after, it is gone or its etag is no longer the
    inventory's.
    """
    storage = sources.input_of(spec, shard.source).storage
    fs = filesystem(shard.uri, storage)
    if is_s3(fs) and shard.size < WHOLE_BYTES:
        yield io.BytesIO(
            patiently(shard.uri, lambda: whole(filesystem(shard.uri, storage), shard), lambda: renewed(shard.uri))
        )
        return
    patiently(shard.uri, lambda: _require_unchanged(filesystem(shard.uri, storage), shard), lambda: renewed(shard.uri))
    fs = filesystem(shard.uri, storage)
    with fs.open(shard.uri, "rb") as file:
        yield cast(BinaryIO, file)
    _require_unchanged(fs, shard)


def _require_unchanged(fs: AbstractFileSystem, shard: Shard) -> None:
    fs.invalidate_cache()
    try:
        found = content_tag(fs, fs.info(shard.uri))
    except FileNotFoundError as e:
        told = f"is gone since the inventory was taken; put it back, or go on: {REMEDY}"
        raise InputChanged(f"{shard.uri} {told}") from e
    if found != shard.etag:
        raise InputChanged(f"{shard.uri} changed since the inventory was taken: {REMEDY}")


def whole(fs: AbstractFileSystem, shard: Shard) -> bytes:
    """All bytes of a small file; InputChanged as `opened`."""
    try:
        if is_s3(fs):
            found, tag = object_and_tag(fs, shard.uri)
            if tag != shard.etag:
                raise InputChanged(f"{shard.uri} changed since the inventory was taken: {REMEDY}")
            return found
        found = cast(bytes, fs.cat_file(shard.uri))
    except FileNotFoundError:
        _require_unchanged(fs, shard)
        raise
    _require_unchanged(fs, shard)
    return found


class Reads(Protocol):
    """What small files are read for, and is told which one is read."""

    spec: JobSpec
    chain: Chain
    files: UnitFiles
    tally: Tally

    def reads(self, shard: Shard) -> None: ...


def _whole(made: list[AbstractFileSystem], shard: Shard) -> bytes:
    return whole(made[0], shard)


def together(
    to: Reads, errors: FileErrors, unreadable: UnreadableFiles, limit: int | None = None
) -> Iterator[pa.Table]:
    """Records of small files in batches of many, in the order of their slots; a file that fails leaves no record.

    limit: as in `records`, over all files.
    """
    waiting, rows, size = list[pa.Table](), 0, 0
    left, share = limit, to.spec.sample.documents
    for shard, content in _fetched(to.spec, to.files):
        if left is not None and left <= 0:
            to.tally.add("unread_bytes", by=shard.end - shard.start)
            continue
        one = Tally()
        to.reads(shard)
        try:
            file = io.BytesIO(content.result())
            batches = list(records(to.chain, shard, file, one, limit=left, share=share))
        except Exception as e:  # of this file alone: the others go on
            errors.add(shard, e)
            continue
        unreadable.count(shard, batches, one)
        to.tally.merge(one)
        if left is not None:
            left -= sum(int(in_sample(b, share).sum()) for b in batches)
        for batch in batches:
            if waiting and not waiting[0].schema.equals(batch.schema):
                yield pa.concat_tables(waiting)
                waiting, rows, size = [], 0, 0
            waiting.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= TOGETHER_ROWS or size >= TOGETHER_BYTES:
            yield pa.concat_tables(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield pa.concat_tables(waiting)


def _fetched(spec: JobSpec, files: UnitFiles) -> Iterator[tuple[Shard, "Future[bytes]"]]:
    """Each file with its content, some of them fetched ahead."""
    uri, storage = files.first.uri, sources.input_of(spec, files.source).storage
    made = [filesystem(uri, storage)]  # for all threads: fsspec would make one for each, with connections of its own

    def renew() -> None:
        made[0] = renewed(uri, storage)

    waiting: list[tuple[Shard, Future[bytes]]] = []
    with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        for shard in files.files:
            fetch = functools.partial(patiently, shard.uri, functools.partial(_whole, made, shard), renew)
            waiting.append((shard, pool.submit(fetch)))
            if len(waiting) > FILES_AT_ONCE:
                yield waiting.pop(0)
        yield from waiting


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
        ids = doc_ids(run=shard.run, shard=shard.shard, rows=rows, uri=shard.uri, slot=shard.slot)
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
