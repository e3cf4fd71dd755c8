"""JSON lines: one JSON object a line, one document an object.

Source:   https://jsonlines.org; RFC 8259 as orjson reads it (UTF-8 only, no NaN, the last of duplicate keys counts).
Deviates: lines are parsed one by one, never in bulk: pyarrow's block reader is twice as fast, but lets two objects on
          one line, an object over two lines and NaN pass, so that a line would depend on its neighbours.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import orjson
import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, FileFormat, FirstLook, Reader, Span
from corpusmill.operators.readers.framing.exact import exact, inexact
from corpusmill.operators.readers.framing.head import head_of
from corpusmill.operators.readers.framing.lines import Lines, closing, each_line, lines_of
from corpusmill.operators.readers.framing.mapping import Mapped, listed
from corpusmill.operators.readers.framing.rows import Build, Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.typed import as_text, lists_of
from corpusmill.operators.readers.framing.utf8 import invalid_at
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window
from corpusmill.operators.readers.shapes.shaped import PREFIX
from corpusmill.operators.readers.shapes.values import turns_of

Fields = tuple[tuple[str, bool], ...]  # names, and whether their values stay lists
BOM = b"\xef\xbb\xbf"
LEAST_RECORDS = 3  # guess: a first line that describes the others is not taken for all of them


@dataclass(frozen=True, kw_only=True)
class Jsonl(Mapped, Reader):
    """One document a line; plain, gzip, Zstandard or LZ4, told by the first bytes.

    text, url, source_id, domain, language, date: the field that holds each, None when there is none; "a.b" reaches into
    an object, unless there is a field of just that name. The text must be a string. Of the others an integer becomes
    its digits, however many, null and absence null, anything else its JSON; dates are read as in text.dates.
    columns: further columns, column name -> field, strings unless `types` names another type: int, float, bool, strings
    (a list of texts) or timestamp. A date or a value that cannot be read is null, and `unread_fields` holds it.
    content: in place of text, the field of a page in HTML, for an extract step to read; further columns `mime` and
    `http_charset` are heeded there.
    max_record_bytes: a longer line is a failed row `record_too_large`, passed over without being held.
    max_window_mib: of the windows of a Zstandard file, held in memory; a longer one is a failed row `long_window`.

    A compressed file is divided where it has several members (gzip) or frames (Zstandard, LZ4), as `bgzip`, `pzstd` or
    the `cat` of many files make them: a span has those that begin in it. The member at which two spans meet is inflated
    once more by each of them, to see that it is sound. A file of one member is read by one worker, however large.

    offset: in a compressed file the stored offset of the member that the line begins in, and the number of bytes
    inflated from it before the line (the first member that holds anything counts from 0). However the file is divided
    it is the same, but lines of different members may share it, and it may fall from one member to the next. length: of
    what the file inflates to; a row `compression` makes the lengths add up to the bytes stored.
    """

    max_window_mib: int = WINDOW_MIB

    format: ClassVar[FileFormat] = FileFormat(
        title="JSON lines", suffixes=(".jsonl", ".ndjson", ".json"), opening=re.compile(rb"\{")
    )
    makes: ClassVar[Columns] = {"text": TEXT}
    version: ClassVar[int] = 3
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("orjson", "zstandard", "lz4")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_window(self.max_window_mib)

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file, self.max_window_mib)
        columns = self.columns_found()
        further = {**self.named(), **self.further()}
        wanted = tuple((field, pa.types.is_list(columns[c])) for c, field in further.items())
        rows = Rows(columns, self._builders(columns))
        for block in lines_of(stored, span, self.max_record_bytes):
            for _ in self._lines(rows, block, wanted):
                if rows.full:
                    yield self.in_types(rows.batch())
        rows.close(span, closing(stored))
        if len(rows):
            yield self.in_types(rows.batch())

    def first_look(self, file: BinaryIO) -> FirstLook:
        seen = head_of(file)
        records = [r for line in seen.lines if isinstance(r := _parsed(line), dict)]
        fields = tuple(dict.fromkeys(name for record in records for name in dotted(record)))
        enough = seen.whole or len(records) >= LEAST_RECORDS
        wrong = self._lacks(records, fields) if records else None
        if wrong is not None:
            return FirstLook(fields=fields, lacks=wrong) if enough else FirstLook(fields=fields, doubt=wrong)
        rare = [n for n in {**self.named(), **self.further()}.values() if not any(present(r, n) for r in records)]
        if not rare or not enough:
            return FirstLook(fields=fields)
        told = f"none of the first {len(records):,} records has a field {' or '.join(map(repr, rare))}"
        return FirstLook(fields=fields, doubt=f"{told}, only {listed(fields)}; where it is missing it is null")

    def _lacks(self, records: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> str | None:
        """What all of some records lack that the job needs of each."""
        name = next((n for n in self.needed() if not any(present(record, n) for record in records)), None)
        if name is not None:
            return f"no record has a field {name!r}, only {listed(fields)}; say which is which, {self.example()}"
        texts = [] if self.shape is not None else [reach(record, self.text) for record in records]
        other = next((type(text).__name__ for text in texts if text is not None), None)
        if other is None or any(isinstance(text, str) for text in texts):
            return None
        turns = " or, of a chat, columns: {conversation: messages}" if other == "list" else ""
        told = f"field {self.text!r} is no string but {other}; name another of {listed(fields)}"
        return f"{told}, {self.example()}{turns}"

    def _builders(self, columns: Columns) -> dict[str, Build]:
        turns = {
            f"{PREFIX}{name}": functools.partial(turns_of, speaks=field.speaks)
            for name, field in self.fields().items()
            if field.kind == "turns"
        }
        lists = {name: lists_of for name, dtype in columns.items() if pa.types.is_list(dtype)}
        return {**lists, **turns}

    def _lines(self, rows: Rows, block: Lines, fields: Fields) -> Iterator[None]:
        """Add the rows of a block, with a pause after each."""
        if block.failure:
            rows.other(block.offset, block.lost, failure=block.failure)
            yield
        offset = block.offset
        for line in each_line(block.data):
            self._line(rows, offset, line, fields)
            offset += len(line)
            yield

    def _line(self, rows: Rows, offset: int, line: bytes, fields: Fields) -> None:
        length = len(line)
        if offset == 0 and line.startswith(BOM):
            line = line[len(BOM) :]
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as e:
            if not line.strip():
                rows.other(offset, length, skipped="blank_line")
            elif (bad := invalid_at(line)) is not None:
                rows.other(offset, length, failure=f"invalid_utf8: at byte {bad}")
            else:
                rows.other(offset, length, failure=f"bad_json: {e.msg} at character {e.pos}")
            return
        text = reach(found, self.text) if isinstance(found, dict) and self.shape is None else None
        body = (text,) if isinstance(text, str) else ()
        if self.shape is not None and isinstance(found, dict):
            body = self._said(found)
        if body:
            values = [reach(found, name) for name, _ in fields]
            if inexact(values, line):
                whole = exact(line, found)
                values = [reach(whole, name) for name, _ in fields]
            told = [v if listed else as_text(v) for v, (_, listed) in zip(values, fields, strict=True)]
            rows.document(offset, length, (*body, *told), length)
        elif not isinstance(found, dict):
            rows.other(offset, length, failure=f"not_an_object: {type(found).__name__}")
        elif text is None:
            rows.other(offset, length, failure=f"missing_field: {self.text}")
        else:
            rows.other(offset, length, failure=f"{next(iter(self.body()))}_not_a_string: {type(text).__name__}")

    def _said(self, found: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of the fields of a shape."""
        values = ((reach(found, field.name), field.kind) for field in self.fields().values())
        return tuple(value if kind == "turns" else as_text(value) for value, kind in values)


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return None


def dotted(record: Mapping[str, Any]) -> Iterator[str]:
    """The names of the fields of a record, those in an object as "a.b".

    >>> list(dotted({"id": 1, "a": {"b": 2, "c": {}}}))
    ['id', 'a.b', 'a.c']
    """
    for name, value in record.items():
        if isinstance(value, dict) and value:
            yield from (f"{name}.{inner}" for inner in dotted(value))
        else:
            yield name


def present(record: Mapping[str, Any], name: str) -> bool:
    """Whether there is a field of that name, be it null; see `reach`.

    >>> present({"a": {"b": None}}, "a.b"), present({"a": {"b": None}}, "a.c")
    (True, False)
    """
    if name in record:
        return True
    first, dot, rest = name.partition(".")
    inner = record.get(first) if dot else None
    return isinstance(inner, dict) and present(inner, rest)


def reach(record: Mapping[str, Any], name: str) -> Any:
    """The value of a field; "a.b" also that of field b in the object a; None when there is none.

    >>> reach({"a": {"b": 1}, "a.c": 2}, "a.b"), reach({"a": {"b": 1}, "a.c": 2}, "a.c"), reach({"a": 3}, "a.b")
    (1, 2, None)
    """
    if name in record:
        return record[name]
    first, dot, rest = name.partition(".")
    inner = record.get(first) if dot else None
    return reach(inner, rest) if isinstance(inner, dict) else None
