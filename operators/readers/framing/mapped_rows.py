"""Rows of records of JSON, gathered as a job maps their fields to columns; and what the first of them show."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.readers.framing.exact import exact, inexact
from corpusmill.operators.readers.framing.mapping import Mapped, builder, listed
from corpusmill.operators.readers.framing.reach import dotted, present, reach
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.typed import as_text, lists_of
from corpusmill.operators.readers.shapes.shaped import PREFIX

LEAST_RECORDS = 3  # guess: a first line that describes the others is not taken for all of them


class MappedRows(Rows):
    """Rows with `columns_found` of a reader of records."""

    def __init__(self, mapped: Mapped) -> None:
        columns = mapped.columns_found()
        fields = mapped.fields()
        shaped = {f"{PREFIX}{name}": builder(field) for name, field in fields.items() if field.kind != "text"}
        lists = {name for name, dtype in columns.items() if pa.types.is_list(dtype)}
        super().__init__(columns, {name: shaped.get(name, lists_of) for name in lists})
        self._text = None if mapped.shape is not None else mapped.text
        self._body = next(iter(mapped.body()))
        self._fields = tuple((field.name, field.kind == "text") for field in fields.values())
        self._further = tuple((field, c in lists) for c, field in {**mapped.named(), **mapped.further()}.items())

    def record(self, offset: int, length: int, found: Any, line: bytes = b"") -> None:
        """One record. line: the JSON it was read from, where integers may have had more digits than 64 bits hold."""
        if not isinstance(found, dict):
            self.other(offset, length, failure=f"not_an_object: {type(found).__name__}")
            return
        if self._text is None:
            values = [reach(found, name) for name, _ in self._fields]
            body = [as_text(v) if text else v for v, (_, text) in zip(values, self._fields, strict=True)]
        else:
            body = [reach(found, self._text)]
            if not isinstance(body[0], str):
                lacks = f"missing_field: {self._text}"
                other = f"{self._body}_not_a_string: {type(body[0]).__name__}"
                self.other(offset, length, failure=lacks if body[0] is None else other)
                return
        values = [reach(found, name) for name, _ in self._further]
        if inexact(values, line):
            whole = exact(line, found)
            values = [reach(whole, name) for name, _ in self._further]
        further = [
            v if is_list or type(v) is bytes else as_text(v)
            for v, (_, is_list) in zip(values, self._further, strict=True)
        ]
        self.document(offset, length, (*body, *further), length)


def look_at(mapped: Mapped, records: Sequence[Mapping[str, Any]], *, whole: bool) -> FirstLook:
    """What the first records of a file show. whole: whether it has no others."""
    fields = tuple(dict.fromkeys(name for record in records for name in dotted(record)))
    enough = whole or len(records) >= LEAST_RECORDS
    wrong = _lacks(mapped, records, fields) if records else None
    if wrong is not None:
        return FirstLook(fields=fields, lacks=wrong) if enough else FirstLook(fields=fields, doubt=wrong)
    further = {**mapped.named(), **mapped.further()}
    rare = [n for n in further.values() if not any(present(record, n) for record in records)]
    if not rare or not enough:
        return FirstLook(fields=fields)
    told = f"none of the first {len(records):,} records has a field {' or '.join(map(repr, rare))}"
    return FirstLook(fields=fields, doubt=f"{told}, only {listed(fields)}; where it is missing it is null")


def _lacks(mapped: Mapped, records: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> str | None:
    """What all of some records lack that the job needs of each."""
    name = next((n for n in mapped.needed() if not any(present(record, n) for record in records)), None)
    if name is not None:
        return f"no record has a field {name!r}, only {listed(fields)}; say which is which, {mapped.example(fields)}"
    shaped = [field.name for field in mapped.fields().values()]
    if shaped and not any(present(record, n) for record in records for n in shaped):
        return f"no record has a field {' or '.join(map(repr, shaped))}, only {listed(fields)}; say another shape"
    texts = [] if shaped else [reach(record, mapped.text) for record in records]
    other = next((type(text).__name__ for text in texts if text is not None), None)
    if other is None or any(isinstance(text, str) for text in texts):
        return None
    turns = " or, of a chat, columns: {conversation: messages}" if other == "list" else ""
    others = [field for field in fields if field != mapped.text]
    told = f"field {mapped.text!r} holds {other}, not strings; name another field ({listed(others)})"
    return f"{told}, {mapped.example()}{turns}"
