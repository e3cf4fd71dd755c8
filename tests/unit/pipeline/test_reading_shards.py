"""A shard is read as the inventory saw it, and each of its bytes is in a record."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pytest

from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import filesystem
from corpusmill.errors import AccountingError, InputChanged
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.jsonl import Jsonl
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.stages.ingest.reading import opened, records
from corpusmill.pipeline.steps.chain import Chain
from corpusmill.pipeline.workspace.inventory import Shard
from tests.pipeline.jobs import write_job


@pytest.fixture
def file(tmp_path: Path) -> Path:
    out = tmp_path / "in" / "documents.jsonl"
    out.parent.mkdir()
    out.write_text("".join(f'{{"id": "{i}", "text": "some text {i}"}}\n' for i in range(100)))
    return out


def shard(file: Path) -> Shard:
    fs = filesystem(str(file), {})
    info = fs.info(str(file))
    size = int(info["size"])
    return Shard(
        run=0,
        shard=0,
        source="documents",
        reader="readers.jsonl",
        uri=str(file),
        start=0,
        end=size,
        size=size,
        etag=content_tag(fs, info),
    )


def test_a_file_that_is_replaced_while_it_is_read_fails_its_unit(file, tmp_path):
    spec, told = load(write_job(tmp_path, file.parent)), shard(file)

    def read() -> None:
        with opened(spec, told) as f:
            f.read(10)
            file.write_text("another one")

    with pytest.raises(InputChanged, match=r"documents\.jsonl changed"):
        read()


def test_a_file_that_is_replaced_by_one_of_its_size_and_time_fails_its_unit(file, tmp_path):
    spec, told, status = load(write_job(tmp_path, file.parent)), shard(file), os.stat(file)

    def read() -> None:
        with opened(spec, told) as f:
            f.read(10)
            file.write_bytes(file.read_bytes().replace(b"text 7", b"TEXT 7"))
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    with pytest.raises(InputChanged, match=r"documents\.jsonl changed"):
        read()


class Skips(Jsonl):
    """Loses every second document, and says nothing of its bytes."""

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        rows = Rows(self.columns_made())
        for batch in super().batches(file, span):
            half = batch.take(pa.array(range(0, batch.num_rows, 2)))
            rows.count(half.column("length"))
            yield half
        rows.close(span)
        yield rows.batch()


def test_bytes_that_no_record_has_end_the_unit(file):
    told, tally = shard(file), Tally()
    with file.open("rb") as f, pytest.raises(AccountingError, match=r"that no record has: 0 came in, but [\d,]+ other"):
        list(records(Chain(reader=Skips(), steps=(), fixed={}), told, f, tally))
    with file.open("rb") as f:
        assert sum(t.num_rows for t in records(Chain(reader=Jsonl(), steps=(), fixed={}), told, f, Tally())) == 100
