"""One ingest unit: its files are read, their documents go through the steps, and what comes of them is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired

import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster import scratch
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.measured import reading
from corpusmill.pipeline.execution.run_stage import commit_unit, committed_unit
from corpusmill.pipeline.execution.tally import Tally, check
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.ingest.counts import IngestCounts
from corpusmill.pipeline.stages.ingest.document_writer import DocumentWriter
from corpusmill.pipeline.stages.ingest.isolated import Watch, run_isolated
from corpusmill.pipeline.stages.ingest.part_writer import PartWriter
from corpusmill.pipeline.stages.ingest.reading import (
    FileErrors,
    UnreadableFile,
    UnreadableFiles,
    opened,
    records,
    together,
)
from corpusmill.pipeline.stages.ingest.shard_writer import ShardWriter, Sink
from corpusmill.pipeline.steps import sources, user_code
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.steps.step_groups import Part, parts_of
from corpusmill.pipeline.workspace.shards import FilesInUnit, UnitFiles

ROWS_AT_ONCE = 2048  # documents of an earlier part read at once


class IngestUnit(FilesInUnit):
    """Files, and the part of the steps that runs over their documents.

    before: the unit of the part before, whose documents it takes up (null: the first part reads the files); answer: the
    file with what its first step awaited; limit: at most this many documents; isolated: in processes of its own.
    """

    name: str
    part: int
    before: str | None
    answer: str | None
    limit: int | None
    isolated: NotRequired[bool]


@dataclass(frozen=True)
class Ingest:
    """The task of an ingest unit; travels to the workers."""

    job: str
    workspace: Store
    code: Mapping[str, str]  # text by path of the user's own modules
    files: Mapping[str, str]  # sha256 of every file that the operators need, by address

    def __call__(self, unit: IngestUnit) -> IngestCounts:
        """Run a unit; one with `isolated` in processes of its own, see `isolated.run_isolated`."""
        if unit.get("isolated"):
            return run_isolated(self, unit)
        return self.run(unit)

    def run(self, unit: IngestUnit, watch: Watch | None = None) -> IngestCounts:
        """Run a unit in this process. watch: is told of each batch before it goes through the steps."""
        spec = self._prepared(unit)
        parts = parts_of(spec)
        part = parts[unit["part"]]
        with scratch.folder() as folder:
            tally, unreadable = self._counted(unit, parts)
            writer = self._writer(folder, unit, spec, tally, watch)
            files = writer.files
            with writer:
                if unit["before"] is not None:
                    self._go_on(writer, unit["before"])
                elif files.is_shared:
                    unreadable = take_together(writer, unit["limit"])
                else:
                    take_one(writer, unit["limit"])
            made = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
            counts = writer.counts(unreadable)
            counts["files_bytes"] = {
                published.replace(unit["name"], ""): path.stat().st_size for published, path in sorted(made.items())
            }
            return commit_unit(self.workspace, part.stage, unit["name"], counts, made)

    def try_batch(self, unit: IngestUnit, documents: pa.Table) -> None:
        """Take documents through the steps of a unit, and leave nothing of them."""
        spec = self._prepared(unit)
        with (
            scratch.folder() as folder,
            self._writer(folder, unit, spec, Tally(), None) as writer,
        ):
            writer.go_on(documents)
            writer.take_rest()

    def _prepared(self, unit: IngestUnit) -> JobSpec:
        """The job, when all that its steps need is here."""
        user_code.install(self.code)
        resources.require(self.files)
        source, reader, spec = unit["source"], unit["reader"], JobSpec.from_canonical(self.job)
        use, uses = kernel_uses.ingest_use(self.job, source, reader), kernel_uses.of_job(spec, [reader])
        kernels.once(use, lambda: _warm(self.job, source, reader), uses)
        return spec

    def _writer(self, folder: Path, unit: IngestUnit, spec: JobSpec, tally: Tally, watch: Watch | None) -> ShardWriter:
        files, part = UnitFiles.from_unit(unit), parts_of(spec)[unit["part"]]
        chain = self._chain(files, part, unit["answer"])
        sink = self._sink(folder, unit["name"], spec, files, chain, part)
        writer = ShardWriter(folder, unit["name"], spec, files, chain, sink, tally)
        writer.watch = watch
        return writer

    def _chain(self, files: UnitFiles, part: Part, answer: str | None) -> Chain:
        known = None if answer is None else (answer, self.workspace.read(answer))
        return sources.part_chain(self.job, files.source, files.reader, part, known)

    def _sink(self, folder: Path, name: str, spec: JobSpec, files: UnitFiles, chain: Chain, part: Part) -> Sink:
        if part.awaited is None:
            return DocumentWriter(folder, name, spec, files.source, chain.columns())
        is_for = part.end not in chain.without
        return PartWriter(folder, name, files, chain.columns(), part.awaited, is_for=is_for)

    def _counted(self, unit: IngestUnit, parts: list[Part]) -> tuple[Tally, list[UnreadableFile]]:
        """What the parts before this one counted, and the small files of which they could read no record."""
        if unit["before"] is None:
            return Tally(), []
        marker = committed_unit(self.workspace, parts[unit["part"] - 1].stage, str(unit["before"]))
        assert marker is not None, f"{unit['before']} is not committed"
        return Tally.from_json(marker["tally"]), marker.get("unreadable_files", [])

    def _go_on(self, writer: ShardWriter, before: str) -> None:
        """Take what an earlier part passed on, and copy what it dropped."""
        with self.workspace.open(f"dropped/{before}.parquet") as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=ROWS_AT_ONCE):
                writer.dropped.copy(pa.Table.from_batches([batch]))
        came, expected, errors = 0, writer.passed_on(), FileErrors()
        with self.workspace.open(f"parts/{before}.parquet") as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=ROWS_AT_ONCE):
                came += batch.num_rows
                writer.go_on(pa.Table.from_batches([batch]), errors)
        writer.take_rest(errors)
        errors.require_none(writer.files)
        check(f"documents of {before}", came=expected, went={"taken up": came})


def _warm(job: str, source: str, reader: str) -> None:
    from corpusmill.pipeline.stages import kernels_of_steps as warm  # brings all of tokens, and is seldom needed

    warm.warm_ingest(job, source, reader)


def take_one(writer: ShardWriter, limit: int | None) -> None:
    """Take the records of a file that has its unit to itself."""
    shard, spec = writer.files.first, writer.spec
    writer.reads(shard)
    with opened(spec, shard) as file:
        share = spec.sample.documents
        found = records(writer.chain, shard, file, writer.tally, limit=limit, share=share)
        for batch in reading.timed(found):
            writer.take(batch)
        writer.take_rest()


def take_together(writer: ShardWriter, limit: int | None) -> list[UnreadableFile]:
    """Take the records of small files; gives those of which no record could be read. FilesFailed names every file that
    raised an error, when all have been tried.
    """
    errors, unreadable = FileErrors(), UnreadableFiles()
    for batch in reading.timed(together(writer, errors, unreadable, limit)):
        writer.take(batch, errors)
    writer.take_rest(errors)
    errors.require_none(writer.files)
    return unreadable.files
