"""TFRecord files of tf.train.Example: one document an example.

Source:   https://www.tensorflow.org/tutorials/load_data/tfrecord; examples are read by protobuf.
Deviates: the checksum of each length is checked, that of the data is not; data that is no example is a failed row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.lines import closing
from corpusmill.operators.readers.framing.mapped_rows import LEAST_RECORDS, MappedRows, look_at
from corpusmill.operators.readers.framing.mapping import Mapped
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.stream import stream_of
from corpusmill.operators.readers.framing.tf_examples import features_of, records_of
from corpusmill.operators.readers.framing.typed import BYTES


@dataclass(frozen=True, kw_only=True)
class Tfrecord(Mapped, Reader):
    """One document an example, of a plain or compressed file.

    text, shape, url, columns and others: names of features, as those of `readers.jsonl` are of fields. A feature with
    one value is that value, one with several a list of them; bytes are text in UTF-8, or a column of type bytes.
    max_record_bytes: a longer example is a failed row `record_too_large`.

    A file belongs to its first span, whole. Where a length is damaged, all that follows is one failed row.
    """

    format: ClassVar[FileFormat] = FileFormat(
        title="TFRecord",
        suffixes=(".tfrecord", ".tfrecords", ".tfrec"),
        magic=re.compile(rb".{4}\x00\x00\x00\x00.{4}\x0a", re.DOTALL),  # a short first record, and a field of it
    )
    version: ClassVar[int] = 4
    makes: ClassVar[Columns] = {"text": TEXT}
    libraries: ClassVar[tuple[str, ...]] = ("protobuf", "orjson", "isal", "zstandard", "lz4")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        yield from self.finished(self._found(file, span))

    def first_look(self, file: BinaryIO) -> FirstLook:
        stored = Stored(file)
        stream = stream_of(stored, Span(0, stored.size)) if stored.size else None
        seen: list[dict[str, object]] = []
        for record in records_of(stream, self.max_record_bytes) if stream is not None else ():
            found = features_of(record.data, self._names(), self._raw()) if record.failure is None else ""
            if not isinstance(found, dict) or len(seen) >= LEAST_RECORDS:
                break
            seen.append(found)
        return look_at(self, seen, whole=False)

    def _found(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored, rows = Stored(file), MappedRows(self)
        stored.require(span)
        stream = stream_of(stored, Span(0, stored.size)) if span.start == 0 and span.end > 0 else None
        names, raw = self._names(), self._raw()
        for record in records_of(stream, self.max_record_bytes) if stream is not None else ():
            found = record.failure or features_of(record.data, names, raw)
            if isinstance(found, str):
                rows.other(record.offset, record.length, failure=found)
            else:
                rows.record(record.offset, record.length, found)
            if rows.full:
                yield rows.batch()
        rows.close(span, closing(stored))
        if len(rows):
            yield rows.batch()

    def _names(self) -> set[str]:
        """The features that are read."""
        shaped = [field.name for field in self.fields().values()]
        return {*(shaped or [self.text]), *self.named().values(), *self.further().values()}

    def _raw(self) -> set[str]:
        return {field for column, field in self.further().items() if self.types.get(column) == BYTES}
