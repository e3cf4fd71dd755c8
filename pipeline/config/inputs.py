"""Where the documents of a job come from, and how much of them it reads."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.section import PlainMap, Section, Share

Format = Literal["auto", "warc", "wet", "arc", "jsonl", "parquet", "plain"]


class InputSpec(Section):
    """One source: files of one kind, under one name that every document carries to the end."""

    source: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    """Name of the source, unique in the job: the `source` column of its documents."""
    paths: Annotated[tuple[str, ...], Field(min_length=1)]
    """Files, globs, folders, or lists of files (a name ending in .paths or .paths.gz, or `list:PATH`)."""
    format: Format = "auto"
    """The reader, `readers.FORMAT`; `auto` goes by the ending of each file's name."""
    columns: dict[str, str] = Field(default_factory=dict)
    """For jsonl and parquet: our column -> the file's field, e.g. {text: body, url: link}."""
    domain: str | None = None
    """Fixed value of the `domain` column; wins over what a step measures."""
    language: str | None = None
    """Fixed value of the `language` column; wins over what a step measures."""
    priority: int = 1
    """Among duplicates the copy from the source with the higher number survives."""
    prefix: str = ""
    """Put before each line of a list of files, e.g. `s3://commoncrawl/`."""
    options: PlainMap = Field(default_factory=dict)
    """Further parameters of the reader."""
    storage: PlainMap = Field(default_factory=dict)
    """fsspec options for these paths (endpoint_url, anon, ...); never a secret."""
    license: str | None = None
    """Free text for the dataset card."""


class SampleSpec(Section):
    """How much of the input a run reads, chosen by hash: a larger sample contains every smaller one."""

    inputs: Share = 1.0
    """Share of input files, 0 to 1."""
    documents: Share = 1.0
    """Share of the documents of those files, 0 to 1."""
    limit: Annotated[int, Field(gt=0)] | None = None
    """At most this many documents for each source; null: no limit."""
