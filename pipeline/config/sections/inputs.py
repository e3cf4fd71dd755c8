"""Where the documents of a job come from, and how much of them it reads."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from corpusmill.operators.readers.framing.typed import TYPE_NAMES, type_of
from corpusmill.operators.readers.shapes.shape import SHAPES
from corpusmill.pipeline.config.base.formats import AUTO, format_of, formats, list_address
from corpusmill.pipeline.config.base.frozen import frozen
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint, PlainMap, Section
from corpusmill.pipeline.config.sections import storage_options
from corpusmill.pipeline.config.sections.datasets import dataset_names

FORMAT = """auto, {}, or a reader of your own (package.module.Class).

`auto` goes by the ending of each file's name."""
SHAPE = """For files of records: the form of those that are conversations: {}.

Fields of other names: {{shape: sharegpt, columns: {{conversation: chat}}}}. `columns: {{conversation: FIELD}}` alone is
shape messages."""
OF_THEIR_OWN = ("text", "url", "source_id", "domain", "language", "date")  # columns that have one meaning


class InputSpec(Section):
    """One source: files of one kind, under one name that every document carries to the end."""

    source: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    """Name of the source, unique in the job: the `source` column of its documents. That of `dataset` where it is left
    out."""
    dataset: str | None = None
    """A published dataset by name, see `corpusmill datasets`: its columns, format, domain, language and licence.

    The other keys here win. A column that is null is left out."""
    paths: Annotated[tuple[str, ...], Field(min_length=1)]
    """Files, globs, folders, or lists of files (a name ending in .paths or .paths.gz, or `list:PATH`); braces are
    written out: `shard-{000..099}.tar`, `{train,dev}.jsonl`.

    Files listed explicitly are always read. In folders and globs what begins with `_` or `.` is passed over,
    folders too, and so is a README or LICENSE beside files of records. Unfinished files and older copies (`.part`,
    `.tmp`, `.crdownload`, `.bak`, `~` ...) are passed over with a warning.
    """
    format: Annotated[
        str, Field(description=FORMAT.format(", ".join(formats())), json_schema_extra={"examples": [AUTO, *formats()]})
    ] = AUTO
    columns: Annotated[dict[str, str], AfterValidator(frozen)] = Field(default_factory=dict)
    """For files of records (csv, jsonl, parquet ...): our column -> the file's field, e.g. {text: body, url: link}.

    {content: html} in place of `text` is for a field of HTML, which an extract step reads.

    A further column is text unless it has a type: {score: {field: quality, type: float}}. Types are string, int, float,
    bool, strings (a list of texts), timestamp, bytes, floats (a list of them, as embeddings are), and list<...> or
    struct<name: ..., ...> of these. Without a type a list or an object is its JSON. What cannot be read as its type is
    null, and counted.
    """
    shape: Annotated[
        str | None, Field(description=SHAPE.format(", ".join(SHAPES)), json_schema_extra={"examples": [*SHAPES]})
    ] = None
    types: Annotated[dict[str, str], AfterValidator(frozen)] = Field(default_factory=dict)
    """The same types, apart: our column -> type."""
    encoding: str | None = None
    """For plain and html: what all files are in, e.g. cp1251, shift_jis or utf-16.

    None: plain files are in UTF-8, and what a page is in is found.
    """
    domain: str | None = None
    """Fixed value of the `domain` column; wins over what a step measures."""
    language: str | None = None
    """Fixed value of the `language` column; wins over what a step measures."""
    priority: int = 1
    """Among duplicates the copy from the source with the higher number survives."""
    prefix: str = ""
    """Put before each line of a list of files, e.g. `s3://commoncrawl/`; none: lines start at the job file's folder."""
    options: PlainMap = Field(default_factory=dict)
    """Further parameters of the reader."""
    storage: PlainMap = Field(default_factory=dict)
    """fsspec options for these paths (endpoint_url, anon, ...); never a secret."""
    when_changed: Literal["add", "replace"] = "add"
    """What `update` does with a file that changed since it was read: `add` reads it as it is now and keeps what was
    made of it before, of which `dedup` removes the copies; `replace` drops what was made of it before."""
    license: str | None = None
    """Licence of its documents for the papers of the dataset: an SPDX expression (CC-BY-4.0), or any words."""
    origin: Literal["public", "licensed", "private", "crawl", "user", "synthetic", "other"] | None = None
    """What kind of source it is, for the papers: a public dataset, licensed by its owners, private data of others,
    crawled,
    of users, made by models."""

    def readers(self) -> tuple[str, ...]:
        """The formats its files may have, as far as their names tell; all of them where one name does not."""
        if self.format != AUTO:
            return (self.format,)
        told = [format_of(path) for path in self.paths]
        return tuple(dict.fromkeys(f for f in told if f)) if self.formats_are_certain() else formats()

    def format_exists(self) -> bool:
        """Whether `format` is one that ships, or has the form of a class of the user's own."""
        return self.format in (AUTO, *formats()) or "." in self.format

    def formats_are_certain(self) -> bool:
        """Whether the job file alone tells the format of every file."""
        return self.format != AUTO or not any(list_address(p) or format_of(p) is None for p in self.paths)

    def complaints(self) -> Iterator[Complaint]:
        if not self.format_exists():
            yield ("format",), f"no format {self.format!r}{nearest(self.format, (AUTO, *formats()))}"
        if self.dataset is not None and self.dataset not in dataset_names():
            yield ("dataset",), f"no dataset {self.dataset!r}{nearest(self.dataset, dataset_names())}"
        if self.shape is not None and self.shape not in SHAPES:
            yield ("shape",), f"no shape {self.shape!r}{nearest(self.shape, SHAPES)}"
        for column in ("domain", "language"):
            if getattr(self, column) is not None and column in self.columns:
                yield (column,), f"{column!r} is a fixed value here and a field under 'columns': keep one"
        if self.encoding is not None and "encoding" in self.options:
            yield ("encoding",), "'encoding' is given here and under 'options': keep one"
        for key in ("columns", "types"):
            if key in self.options:
                yield ("options", key), f"{key!r} is a key of the input itself, not of its 'options'"
        yield from self._types()
        addresses = [*(list_address(p) or p for p in self.paths), self.prefix]
        yield from ((("storage", *at), told) for at, told in storage_options.complaints(self.storage, addresses))
        if self.prefix and not any(map(list_address, self.paths)):
            yield ("prefix",), "a prefix goes before the lines of a list of files, and no path here is one"

    def _types(self) -> Iterator[Complaint]:
        for column, name in self.types.items():
            at = ("columns" if column in self.columns else "types", column)
            if type_of(name) is None:
                yield at, f"the type of {column!r} is no type: {name!r}{nearest(name, TYPE_NAMES)}"
            elif column in OF_THEIR_OWN:
                yield at, f"{column!r} has a type of its own: take `type` out"
            elif column not in self.columns:
                yield at, f"{column!r} has a type and no field; put it under columns: {{field: ..., type: {name}}}"


class SampleSpec(Section):
    """How much of the input a run reads, chosen by hash: a larger sample contains every smaller one."""

    inputs: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of input files, above 0 and up to 1."""
    documents: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the documents of those files, above 0 and up to 1."""
    limit: Annotated[int, Field(gt=0)] | None = None
    """At most this many documents for each source, of the share above; null: no limit. Of a file the first."""
