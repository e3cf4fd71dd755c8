"""Reads the one record that is to be tried: from a file, from pasted bytes, from an archive by its address."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.errors import InputError
from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.operators.dedup.keys import url_keys
from corpusmill.operators.file_format import Span
from corpusmill.operators.sniff import HEAD_BYTES, sniff
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.config.base.formats import AUTO, reader_name
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.stages.ingest.shard_writer import standard
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.chain import Chain

LEAST_HTML = (b"<!doctype", b"<html", b"<head", b"<body", b"<div", b"<p", b"<!--", b"<?xml")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record with the chain of the source that it is tried as. described_as: which one it is, in words."""

    chain: Chain
    row: pa.Table
    described_as: str


def pasted(spec: JobSpec, source: str | None, content: bytes) -> Record:
    """Bytes as one document: a page where they begin like HTML, else text, in UTF-8."""
    page = content.lstrip()[:64].lower().startswith(LEAST_HTML)
    reader = reader_name("html" if page else "plain")
    kind = "a page" if page else "a text"
    chain = chain_of(spec, source_of(spec, source), reader)
    return _found(chain, io.BytesIO(content), Span(0, len(content)), None, f"{kind} of {len(content):,} bytes")


def in_file(spec: JobSpec, source: str | None, name: str, file: BinaryIO, size: int, url: str | None) -> Record:
    """The first document of a file, or the one of an address. InputError where there is none, or no reader fits.

    A file whose name and first bytes tell no format is taken as `pasted`.
    """
    mine = source_of(spec, source)
    described_as = None if mine.format == AUTO else reader_name(mine.format)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    sniffed = sniff(name, head)
    reader = sniffed.reader or (described_as if sniff(name, head, reader=described_as).reader else None)
    if reader is None:
        return pasted(spec, source, file.read())
    return _found(chain_of(spec, mine, reader), file, Span(0, size), url, name)


def at_offset(spec: JobSpec, source: str, reader: str, file: BinaryIO, offset: int, url: str | None) -> Record:
    """The record that begins at an offset of a file, read as the job reads that source."""
    chain = sources.chain(spec.to_canonical(), source, reader)
    return _found(chain, file, Span(offset, offset + 1), url, f"{url or 'the record'} at {offset}")


def source_of(spec: JobSpec, source: str | None) -> InputSpec:
    """The input of that name; without a name the first of the job. InputError where the job has none of the name."""
    found = next((i for i in spec.inputs if source in (None, i.source)), None)
    if found is None:
        raise InputError(
            [f"--source: the job has no source {source!r}; it has {', '.join(i.source for i in spec.inputs)}"]
        )
    return found


def chain_of(spec: JobSpec, source: InputSpec, reader: str) -> Chain:
    """The steps of a source behind another reader, which takes those of the source's options that it has."""
    own = [i.model_copy(update={"format": AUTO}) if i.source == source.source else i for i in spec.inputs]
    loose = spec.model_copy(update={"inputs": tuple(own)})
    try:
        found: Reader = build_reader(source.model_copy(update={"format": AUTO}), reader)
    except (TypeError, ValueError):  # the source's options are for records of another kind
        found = load.build(reader, {})  # pyright: ignore[reportAssignmentType]
    return replace(sources.chain(loose.to_canonical(), source.source, reader), reader=found)


def _found(chain: Chain, file: BinaryIO, span: Span, url: str | None, described_as: str) -> Record:
    failures: list[str] = []
    for row in _documents(chain.reader, file, span, url):
        if row["failure"][0].as_py() is None:
            return Record(chain=chain, row=standard(row), described_as=described_as)
        failures.append(str(row["failure"][0].as_py()))
    if failures:
        raise InputError([f"{described_as}: the record cannot be read: {failures[0]}"])
    raise InputError([f"{described_as}: no document{'' if url is None else f' of the address {url}'} was found in it"])


def _documents(reader: Reader, file: BinaryIO, span: Span, url: str | None) -> Iterator[pa.Table]:
    """Records that are documents, one at a time; of an address: those that have it."""
    wanted = None if url is None else url_keys(pa.array([url], pa.large_string())).page[0]
    for batch in reader(file, span):
        table = pa.Table.from_batches([batch])
        table = table.add_column(0, "doc_id", pa.array(range(table.num_rows), STANDARD["doc_id"]))
        table = table.filter(table["skipped"].is_null())
        if wanted is not None and "url" in table.column_names:
            pages = url_keys(table["url"].combine_chunks().cast(pa.large_string())).page
            table = table.filter(pc.fill_null(pc.equal(pages, wanted), False))
        yield from (table.slice(i, 1) for i in range(table.num_rows))
