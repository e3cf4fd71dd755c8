"""WebDataset: tar files in which the files of one sample follow each other, named alike up to the first dot.

Source:   https://github.com/webdataset/webdataset (how samples are named); tar as the tarfile module reads it.
Deviates: only files that a job names are decoded: those of json as JSON, others as text in UTF-8.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, ClassVar

import orjson
import pyarrow as pa

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.mapped_rows import LEAST_RECORDS, MappedRows, look_at
from corpusmill.operators.readers.framing.mapping import Mapped
from corpusmill.operators.readers.framing.samples import KEY, Sample, samples_of
from corpusmill.operators.readers.framing.storage_errors import Storage
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.typed import BYTES
from corpusmill.operators.readers.framing.utf8 import invalid_at


@dataclass(frozen=True, kw_only=True)
class Webdataset(Mapped, Reader):
    """One document a sample: `a/1.txt`, `a/1.json` and `a/1.jpg` are the fields txt, json and jpg of the sample `a/1`.

    text: the field of the text. source_id: `__key__` is the name of the sample. columns and others: as those of
    `readers.jsonl`; "json.caption" reaches into a field of JSON.
    max_record_bytes: a sample with a longer file among those that are read is a failed row `record_too_large`.

    A file belongs to its first span, whole. Where it is damaged, all that follows is one failed row `bad_tar`. A sparse
    file is a failed row `bad_tar` of its own, one whose name is not UTF-8 a failed row `bad_name`. What is no file of a
    sample is a skipped row `not_a_sample`, the blocks at the end are one `tar_end`.
    """

    text: str = "txt"
    source_id: str | None = KEY

    format: ClassVar[FileFormat] = FileFormat(
        title="tar", suffixes=(".tar",), magic=re.compile(rb".{257}ustar", re.DOTALL), compressed=False
    )
    makes: ClassVar[Columns] = {"text": TEXT}
    version: ClassVar[int] = 4
    libraries: ClassVar[tuple[str, ...]] = ("orjson",)

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        yield from self.finished(self._found(Storage(file), span))

    def first_look(self, file: BinaryIO) -> FirstLook:
        stored = Storage(file)
        found = list(islice((s for s in samples_of(stored, Stored(file).size) if s.files), LEAST_RECORDS))
        records: list[dict[str, Any]] = []
        for sample in found:
            if self._longest(sample) > self.max_record_bytes:
                continue
            record = self._decoded(sample, self._held(stored, sample))
            if isinstance(record, dict):
                records.append({**dict.fromkeys(sample.files, ""), **record})
        return look_at(self, records, whole=False)

    def _found(self, file: Storage, span: Span) -> Iterator[pa.RecordBatch]:
        stored, rows = Stored(file), MappedRows(self)
        stored.require(span)
        if span.start == 0 and span.end > 0:
            for sample in samples_of(file, stored.size):
                self._add(rows, file, sample)
                if rows.full:
                    yield rows.batch()
        rows.close(span)
        if len(rows):
            yield rows.batch()

    def _add(self, rows: MappedRows, file: Storage, sample: Sample) -> None:
        if not sample.files:
            rows.other(sample.offset, sample.length, skipped=sample.skipped, failure=sample.failure)
            return
        longest = self._longest(sample)
        if longest > self.max_record_bytes:
            rows.other(sample.offset, sample.length, failure=f"record_too_large: {longest}")
            return
        held = self._held(file, sample)
        record = self._decoded(sample, held)
        if isinstance(record, str):
            rows.other(sample.offset, sample.length, failure=record)
        else:
            rows.record(sample.offset, sample.length, record, held.get("json", b""))

    def _names(self, sample: Sample) -> list[str]:
        return [name for name in sample.files if name in self._files_read()]

    def _longest(self, sample: Sample) -> int:
        """The bytes of the longest file that the job reads."""
        return max((sample.files[name].size for name in self._names(sample)), default=0)

    def _held(self, file: Storage, sample: Sample) -> dict[str, bytes]:
        """The files of a sample that the job reads."""
        held: dict[str, bytes] = {}
        for name in self._names(sample):
            file.seek(sample.files[name].offset)
            held[name] = file.read(sample.files[name].size)
        return held

    def _files_read(self) -> set[str]:
        """The fields that the job names, without what they reach into."""
        shaped = [field.name for field in self.fields().values()]
        named = [*(shaped or [self.text]), *self.named().values(), *self.further().values()]
        return {name.partition(".")[0] if name.startswith("json.") else name for name in named}

    def _raw(self) -> set[str]:
        """The fields that are columns of bytes."""
        return {field for column, field in self.further().items() if self.types.get(column) == BYTES}

    def _decoded(self, sample: Sample, held: dict[str, bytes]) -> dict[str, Any] | str:
        """The fields of a sample, or what is wrong with one."""
        record: dict[str, Any] = {KEY: sample.key}
        for name, data in held.items():
            if name == "json" or name.endswith(".json"):
                try:
                    record[name] = orjson.loads(data)
                except orjson.JSONDecodeError as e:
                    return f"bad_json: {name}: {e.msg} at character {e.pos}"
            elif name in self._raw():
                record[name] = data
            elif (bad := invalid_at(data)) is not None:
                return f"invalid_utf8: {name} at byte {bad}"
            else:
                record[name] = data.decode()
        return record
