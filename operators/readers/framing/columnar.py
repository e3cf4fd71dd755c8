"""Makes rows of record batches of Arrow: their columns mapped as a job says, the same for each file of columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.contract import RECORD
from corpusmill.operators.readers.framing.json_columns import inside_json
from corpusmill.operators.readers.framing.mapping import Mapped, array_of, listed
from corpusmill.operators.readers.framing.rows import BATCH_BYTES
from corpusmill.operators.readers.framing.strings import as_bytes, as_strings, is_text, readable, wide
from corpusmill.operators.readers.framing.typed import in_types
from corpusmill.operators.readers.framing.usual import usual, usual_type
from corpusmill.operators.readers.shapes.shaped import PREFIX


@dataclass(frozen=True, kw_only=True)
class Columnar(Mapped):
    """The parameters of a reader of columns, and what it makes of a batch of them."""

    def schema_look(self, schema: pa.Schema) -> FirstLook:
        """What the schema of a file shows."""
        try:
            types = self.types_of(schema)
        except KeyError as e:
            lacks = f"{e.args[0]}; say which is which, {self.example(field_names(schema))}"
            return FirstLook(fields=field_names(schema), lacks=lacks)
        if self.shape is None and not is_text(types[self.text]):
            example = self.example(name for name in field_names(schema) if name != self.text)
            lacks = f"column {self.text!r} is {types[self.text]}, not text; name another, {example}"
            return FirstLook(fields=field_names(schema), lacks=lacks)
        return FirstLook(fields=field_names(schema))

    def types_of(self, schema: pa.Schema) -> dict[str, pa.DataType]:
        """The type of every field that is read. KeyError when the file lacks one."""
        types: dict[str, pa.DataType] = {}
        missing: list[str] = []
        for name in sorted({*self.needed(), *self.named().values(), *self.further().values()}):
            try:
                types[name] = type_of(schema, name)
            except KeyError:
                missing.append(name)
        if missing:
            lacking = " or ".join(map(repr, missing))
            raise KeyError(f"the file has no column {lacking}, only {listed(field_names(schema))}")
        return types

    def names_in(self, schema: pa.Schema) -> dict[str, str]:
        """Our columns, and fields of the shape, with those of the file that they come from."""
        fields = {f"{PREFIX}{name}": field for name, field in self.fields().items()}
        there = {name: field.name for name, field in fields.items() if field.needed or has(schema, field.name)}
        body = {next(iter(self.body())): self.text} if self.shape is None else there
        return {**body, **self.named(), **self.further()}

    def batch_of(
        self, piece: pa.RecordBatch, names: Mapping[str, str], row: int, lengths: np.ndarray
    ) -> pa.RecordBatch:
        """Rows of a batch with the columns `names`, of which the first is row number `row`: each with its length."""
        if self.shape is not None:
            return self._shaped(piece, names, row, lengths)
        found = reached(piece, self.text)
        text, invalid = wide(found) if self.content is None else (as_bytes(found), [])
        body = next(iter(self.body()))
        failures = np.full(len(text), None, object)
        sizes = np.array([-1 if size is None else size for size in pc.binary_length(text).to_pylist()], np.int64)
        failures[sizes < 0] = f"missing_field: {self.text}"
        failures[sizes > self.max_record_bytes] = f"record_too_large: above {self.max_record_bytes}"
        failures[invalid] = "invalid_utf8"
        failure = pa.array(failures, pa.string())
        sound = pc.is_null(failure)
        arrays: dict[str, pa.Array] = {
            "offset": pa.array(np.arange(row, row + len(text)), pa.int64()),
            "length": pa.array(lengths, pa.int64()),
            "skipped": pa.nulls(len(text), pa.string()),
            "failure": failure,
            body: text,
        }
        read = self.columns_typed()
        values_of = {column: reached(piece, name) for column, name in names.items() if column != body}
        arrays |= {column: as_strings(values) for column, values in values_of.items() if column not in read}
        if read:
            arrays |= in_types(values_of, read)
        made = {name: pc.if_else(sound, arrays[name], None) for name in self.columns_made()}
        return pa.RecordBatch.from_pydict({**{name: arrays[name] for name in RECORD}, **made})

    def _shaped(self, piece: pa.RecordBatch, names: Mapping[str, str], row: int, lengths: np.ndarray) -> pa.RecordBatch:
        """Rows of conversations, of which a row group has some fields as what they are, or not at all."""
        n = piece.num_rows
        fields = {f"{PREFIX}{name}": field for name, field in self.fields().items()}
        arrays: dict[str, pa.Array] = {
            "offset": pa.array(np.arange(row, row + n), pa.int64()),
            "length": pa.array(lengths, pa.int64()),
            "skipped": pa.nulls(n, pa.string()),
            "failure": pa.nulls(n, pa.string()),
        }
        typed = self.columns_typed()
        for name, dtype in self.columns_found().items():
            found = pa.nulls(n, dtype) if name not in names else reached(piece, names[name])
            if name in fields:
                arrays[name] = array_of(fields[name], readable(found)[0])
            else:
                arrays[name] = found if name in typed else as_strings(found)
        return pa.RecordBatch.from_pydict(arrays)


def field_names(schema: pa.Schema) -> tuple[str, ...]:
    """The columns, and of a struct the fields in it as "a.b", in order.

    >>> field_names(pa.schema({"id": pa.int8(), "a": pa.struct({"b": pa.int8(), "c": pa.int8()})}))
    ('id', 'a.b', 'a.c')
    """
    found: list[str] = []
    for each in schema:
        inner = field_names(pa.schema(each.type.fields)) if pa.types.is_struct(each.type) else ()
        found += [f"{each.name}.{name}" for name in inner] or [each.name]
    return tuple(found)


def type_of(schema: pa.Schema, name: str) -> pa.DataType:
    """The type of a column as `reached` gives it, or of what "a.b" reaches. KeyError when there is none of that name.

    A column of JSON has whatever is looked for in it, as text.

    >>> str(type_of(pa.schema({"a": pa.struct({"b": pa.int8()})}), "a.b"))
    'int8'
    """
    if name in schema.names:
        return usual_type(schema.field(name).type)
    first, dot, rest = name.partition(".")
    inner = schema.field(first).type if dot and first in schema.names else None
    if isinstance(inner, pa.JsonType):
        return pa.string()
    if inner is None or not pa.types.is_struct(inner):
        raise KeyError(f"the file has no column {name!r}, only {schema.names}")
    return type_of(pa.schema(inner.fields), rest)


def has(schema: pa.Schema, name: str) -> bool:
    """Whether there is a column of that name, or something that "a.b" reaches."""
    try:
        type_of(schema, name)
    except KeyError:
        return False
    return True


def reached(piece: pa.RecordBatch, name: str) -> pa.Array:
    """A column in the type that its own stands for, or what "a.b" reaches, null where the struct is."""
    if name in piece.schema.names:
        return usual(piece.column(name))
    first, _, rest = name.partition(".")
    inner = piece.column(first)
    if isinstance(inner.type, pa.JsonType):
        return inside_json(inner.storage, rest)
    below = [pc.struct_field(inner, field.name) for field in inner.type]
    return reached(pa.RecordBatch.from_arrays(below, schema=pa.schema(inner.type.fields)), rest)


def sliced(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of about 8 MB, at least one row each."""
    rows = max(1, int(batch.num_rows * BATCH_BYTES / max(batch.nbytes, 1)))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)
