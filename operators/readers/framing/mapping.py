"""Which fields of a structured record become which columns: the same for JSON lines and for Parquet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns
from corpusmill.operators.readers.framing.fields import SECONDS
from corpusmill.operators.readers.framing.typed import TYPES, UNREAD, in_types
from corpusmill.operators.reserved import reserved

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
        if name not in TYPES:
            raise ValueError(f"the type of {column!r} must be one of {', '.join(TYPES)}; got {name!r}")


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The parameters of a reader of structured records: which of their fields become which columns.

    A record has a text, or pages in HTML: `content` names their field, and then `text` does, too, so that the field
    that each record must have goes by one name.
    """

    text: str = "text"
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
        check_mapping(self.named(), self.columns, self.types, self.max_record_bytes)
        if self.content is not None:
            if self.text not in ("text", self.content):
                told = f"text: {self.text} and content: {self.content} exclude each other"
                raise ValueError(f"{told}: a record is text as it is, or HTML that an extract step reads; keep one")
            object.__setattr__(self, "text", self.content)

    def body(self) -> Columns:
        """The one column that holds what a record is about: its text, or the bytes of a page."""
        return {"text": TEXT} if self.content is None else {"content": pa.large_binary()}

    def columns_made(self) -> Columns:
        """The body, what the job names, and UNREAD where a value may not be what its column is to hold."""
        read = self.columns_typed()
        return {**self.columns_found(), **read, **({UNREAD: pa.string()} if read else {})}

    def columns_found(self) -> Columns:
        """The same before types: texts, and lists of them."""
        lists = {c: TYPES[name] for c, name in self.types.items() if pa.types.is_list(TYPES[name])}
        return {**self.body(), **dict.fromkeys({**self.named(), **self.columns}, pa.string()), **lists}

    def columns_typed(self) -> Columns:
        """Those whose values are read as something else than text."""
        date: Columns = {DATE: SECONDS} if self.date is not None else {}
        return {**date, **{c: TYPES[name] for c, name in self.types.items() if name != "string"}}

    def in_types(self, found: pa.RecordBatch) -> pa.RecordBatch:
        """A batch with `columns_found` as one with `columns_made`."""
        read = self.columns_typed()
        if not read:
            return found
        columns = dict(zip(found.schema.names, found.columns, strict=True))
        return pa.RecordBatch.from_pydict({**columns, **in_types(columns, read)})

    def named(self) -> dict[str, str]:
        """Column -> field, for the columns with a parameter of their own."""
        return fields_by_column(
            url=self.url, source_id=self.source_id, domain=self.domain, language=self.language, date=self.date
        )
