"""Which fields of a structured record become which columns: the same for JSON lines and for Parquet."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from dataclasses import fields as parameters
from typing import Any, Literal

import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import RECORD, Columns
from corpusmill.operators.readers.framing.fields import SECONDS
from corpusmill.operators.readers.framing.strings import as_strings
from corpusmill.operators.readers.framing.typed import AS_FOUND, TYPE_NAMES, UNREAD, as_type, in_types, type_of
from corpusmill.operators.readers.shapes.answers import ANSWERS, answers_in, answers_of
from corpusmill.operators.readers.shapes.columns import turns_in
from corpusmill.operators.readers.shapes.shape import SHAPES, Field, shape_by_columns, shapes_with
from corpusmill.operators.readers.shapes.shaped import PREFIX, shaped
from corpusmill.operators.readers.shapes.trees import paths
from corpusmill.operators.readers.shapes.values import READ_TURNS, turns_of
from corpusmill.operators.reserved import reserved
from corpusmill.operators.text.conversation import CONVERSATION_COLUMNS

FIELDS_SHOWN = 30
DATE = "fetched_at_utc"
DECLARED = "declared_language"  # what a record says of its language; see pipeline.steps.chain for when it is `language`


def listed(fields: Sequence[str]) -> str:
    """The names of fields for a message.

    >>> listed(["id", "text"]), listed([])
    ('id, text', 'none')
    """
    more = f" and {len(fields) - FIELDS_SHOWN:,} more" if len(fields) > FIELDS_SHOWN else ""
    return ", ".join(fields[:FIELDS_SHOWN]) + more or "none"


def fields_by_column(
    *, url: str | None, source_id: str | None, domain: str | None, language: str | None, date: str | None
) -> dict[str, str]:
    """Column -> field, for the columns that have a meaning of their own and a field to come from."""
    known = {
        "url": url,
        "source_id": source_id,
        "domain": domain,
        DECLARED: language,
        DATE: date,
    }
    return {column: name for column, name in known.items() if name is not None}


def check_mapping(
    named: Mapping[str, str], further: Mapping[str, str], types: Mapping[str, str], max_record_bytes: int
) -> None:
    """Raise ValueError for a column defined twice or of a reserved name, for a type that is none or of no column, and
    for a bound that nothing can keep.
    """
    if max_record_bytes < 1:
        raise ValueError(f"max_record_bytes must be at least 1, got {max_record_bytes}")
    for message in reserved(further, body=False):
        raise ValueError(f"columns would define {message}")
    taken = sorted(set(further) & {*named, UNREAD})
    if taken:
        raise ValueError(f"columns would define {', '.join(taken)} twice; rename them")
    for column, name in types.items():
        if column not in further:
            raise ValueError(f"types gives {column!r} a type, but columns names no field for it")
        if type_of(name) is None:
            raise ValueError(f"the type of {column!r} must be one of {', '.join(TYPE_NAMES)}; got {name!r}")


def _found_as(field: Field) -> pa.DataType:
    return {"turns": READ_TURNS, "answers": ANSWERS, "text": pa.string()}[field.kind]


def builder(field: Field) -> Callable[[Sequence[Any]], pa.Array]:
    """What makes an array of the values that JSON has in a field of a shape."""
    return answers_of if field.kind == "answers" else functools.partial(turns_of, speaks=field.speaks)


def array_of(field: Field, column: pa.Array) -> pa.Array:
    """A field of a shape as the type of its kind, of an Arrow column."""
    if field.kind == "text":
        return as_strings(column)
    return answers_in(column) if field.kind == "answers" else turns_in(column, field.speaks)


# What published data sets call the field with the text, the commonest first.
USUAL_BODIES = [
    "text",
    "content",
    "body",
    "raw_content",
    "raw_text",
    "full_text",
    "document",
    "article",
    "markdown",
    "html",
]


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The parameters of a reader of structured records: which of their fields become which columns.

    A record has a text, or pages in HTML: `content` names their field, and then `text` does, too, so that the field
    that each record must have goes by one name. Or a record is a conversation: `shape` says in which form, and
    `columns` where its fields have other names than those of the shape.
    """

    text: str = "text"
    shape: str | None = None
    replies: Literal["best", "all"] = "best"
    content: str | None = None
    url: str | None = None
    source_id: str | None = None
    domain: str | None = None
    language: str | None = None
    date: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    max_record_bytes: int = 64 << 20

    def __post_init__(self) -> None:
        self._check_shape()
        check_mapping(self.named(), self.further(), self.types, self.max_record_bytes)
        if self.content is not None:
            if self.text not in ("text", self.content):
                told = f"text: {self.text} and content: {self.content} exclude each other"
                raise ValueError(f"{told}: a record is text as it is, or HTML that an extract step reads; keep one")
            object.__setattr__(self, "text", self.content)

    @property
    def reads_trees(self) -> bool:
        """Whether records belong together in trees, so that a file is read whole by its first span."""
        return self.shape is not None and SHAPES[self.shape].trees

    def body(self) -> Columns:
        """The one column that holds what a record is about: its text, or the bytes of a page."""
        return {"text": TEXT} if self.content is None else {"content": pa.large_binary()}

    def _check_shape(self) -> None:
        if self.shape is None and (meant := shape_by_columns(self.columns)) is not None:
            object.__setattr__(self, "shape", meant)
        if self.shape is not None and self.shape not in SHAPES:
            raise ValueError(f"shape must be one of {', '.join(SHAPES)}; got {self.shape!r}")
        usual = next(each.default for each in parameters(self) if each.name == "text")
        if self.shape is not None and (self.content is not None or self.text != usual):
            raise ValueError(f"a {self.shape} record has its text in its turns; take text and content out of columns")
        if taken := sorted(set(self.further()) & set(CONVERSATION_COLUMNS)) if self.shape is not None else []:
            raise ValueError(
                f"columns would define {', '.join(taken)} twice: shape {self.shape} makes them; rename them"
            )

    def columns_made(self) -> Columns:
        """The body, what the job names, and UNREAD where a value may not be what its column is to hold."""
        read = self.columns_typed()
        turns = CONVERSATION_COLUMNS if self.shape is not None else {}
        return {**self.body(), **turns, **self._further_found(), **read, **({UNREAD: pa.string()} if read else {})}

    def columns_found(self) -> Columns:
        """The same before types and shapes: texts, and lists of them; turns as they are read."""
        fields = {f"{PREFIX}{name}": _found_as(field) for name, field in self.fields().items()}
        return {**(fields or self.body()), **self._further_found()}

    def _further_found(self) -> Columns:
        lists = {c: as_type(name) for c, name in self.types.items() if as_type(name) in AS_FOUND}
        return {**dict.fromkeys({**self.named(), **self.further()}, pa.string()), **lists}

    def fields(self) -> Mapping[str, Field]:
        """The fields of the shape, as the records call them; none without a shape."""
        if self.shape is None:
            return {}
        fields = SHAPES[self.shape].fields
        return {name: replace(field, name=self.columns.get(name, field.name)) for name, field in fields.items()}

    def further(self) -> Mapping[str, str]:
        """`columns` without those that say where a field of the shape is."""
        return {c: field for c, field in self.columns.items() if c not in self.fields()}

    def example(self, fields: Iterable[str] = ()) -> str:
        """How a job says which field is which, for a message. fields: those that there are."""
        if self.shape is None and (shapes := shapes_with(fields)):
            return f"e.g. shape: {' or '.join(shapes)}, whose fields these are"
        name = next((n for n, field in self.fields().items() if field.needed), None)
        return f"e.g. columns: {{{name or 'text'}: {'FIELD' if name else body_among(fields)}}}"

    def needed(self) -> tuple[str, ...]:
        """The fields of which each record must have one."""
        return tuple(f.name for f in self.fields().values() if f.needed) if self.shape is not None else (self.text,)

    def columns_typed(self) -> Columns:
        """Those whose values are read as something else than text."""
        date: Columns = {DATE: SECONDS} if self.date is not None else {}
        return {**date, **{c: as_type(name) for c, name in self.types.items() if name != "string"}}

    def in_types(self, found: pa.RecordBatch) -> pa.RecordBatch:
        """A batch with `columns_found` as one with `columns_made`."""
        read = self.columns_typed()
        if not read:
            return found
        columns = dict(zip(found.schema.names, found.columns, strict=True))
        return pa.RecordBatch.from_pydict({**columns, **in_types(columns, read)})

    def finished(self, found: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches with `columns_found`, in any type that `in_types` reads, as such with `columns_made`."""
        if self.shape is None:
            yield from map(self.in_types, found)
            return
        shape, fields, names = SHAPES[self.shape], self.fields(), {**RECORD, **self.columns_made()}
        if shape.trees:
            found = paths(found, PREFIX, {**self.named(), **self.further()}, every=self.replies == "all")
        for batch in map(self.in_types, found):
            columns = shaped(batch, shape, fields, self.max_record_bytes)
            yield pa.RecordBatch.from_pydict({name: columns[name] for name in names})

    def named(self) -> dict[str, str]:
        """Column -> field, for the columns with a parameter of their own."""
        return fields_by_column(
            url=self.url, source_id=self.source_id, domain=self.domain, language=self.language, date=self.date
        )


def body_among(fields: Iterable[str]) -> str:
    """Which of these fields is the text, by its name, for an example; `body` where none is.

    >>> body_among(["id", "Content"]), body_among(["raw"]), body_among(["id", "at"])
    ('Content', 'raw', 'body')
    """
    there = list(fields)
    by_name = {field.lower(): field for field in reversed(there)}
    usual = next((by_name[name] for name in USUAL_BODIES if name in by_name), None)
    return usual or (there[0] if len(there) == 1 else "body")
