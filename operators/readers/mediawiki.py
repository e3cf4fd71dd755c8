"""Dumps of MediaWiki in XML, as Wikipedia publishes them: one document a page, its wikitext for a step to read.

Source:   https://www.mediawiki.org/wiki/Help:Export, schema version 0.11; `pages-articles` and its multistream form,
          which is bzip2 in streams of 100 pages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa

from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.fields import SECONDS
from corpusmill.operators.readers.framing.lines import closing, lines_of
from corpusmill.operators.readers.framing.mapping import DECLARED
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.wiki_pages import Site, page_of, pages_of, site_of
from corpusmill.operators.text.dates import dates_of

MIME = "text/x-wiki"


@dataclass(frozen=True, kw_only=True)
class Mediawiki(Reader):
    """One document a page, of its last revision in the file; plain or compressed, `extract.wikitext` makes text of it.

    namespaces: numbers of those whose pages are documents: 0 has the articles. Pages of others, redirects and pages of
    another content model are skipped rows: `other_namespace`, `redirect`, `not_wikitext`.
    max_record_bytes: a longer page is a failed row `record_too_large`.

    url: the address of the wiki and the title. language: what the dump declares. link_prefixes: what links to pictures
    and categories begin with in this wiki, with a bar between them, for the step.
    A file in several streams of bzip2 is divided at these, see `readers.jsonl`, also for offsets and lengths: the
    length of a page goes up to the next one.
    """

    namespaces: tuple[int, ...] = (0,)
    max_record_bytes: int = 64 << 20

    format: ClassVar[FileFormat] = FileFormat(
        title="MediaWiki XML", suffixes=(".xml",), opening=re.compile(rb"<mediawiki\b")
    )
    version: ClassVar[int] = 2
    makes: ClassVar[Columns] = {
        "content": pa.large_binary(),
        "mime": pa.string(),
        "title": pa.large_string(),
        "url": pa.string(),
        "source_id": pa.string(),  # the number of the page
        "fetched_at_utc": SECONDS,  # of the revision
        DECLARED: pa.string(),
        "link_prefixes": pa.string(),
    }
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("orjson", "isal", "zstandard", "lz4")

    def __post_init__(self) -> None:
        if self.max_record_bytes < 1:
            raise ValueError(f"max_record_bytes must be at least 1, got {self.max_record_bytes}")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file)
        stored.require(span)
        rows = Rows(self.makes, {"fetched_at_utc": lambda values: dates_of(pa.array(values, pa.string())).seconds})
        site: Site | None = None
        for found in pages_of(stored, span, self.max_record_bytes):
            if found.failure or found.skipped:
                rows.other(found.offset, found.length, skipped=found.skipped, failure=found.failure)
            else:
                site = site or site_of(lines_of(stored, Span(0, stored.size), self.max_record_bytes))
                self._add(rows, found.offset, found.length, found.data, site)
            if rows.full:
                yield rows.batch()
        rows.close(span, closing(stored))
        if len(rows):
            yield rows.batch()

    def _add(self, rows: Rows, offset: int, length: int, data: bytes, site: Site) -> None:
        page = page_of(data)
        if page.failure is not None:
            rows.other(offset, length, failure=page.failure)
        elif page.namespace not in self.namespaces:
            rows.other(offset, length, skipped="other_namespace")
        elif page.skipped is not None:
            rows.other(offset, length, skipped=page.skipped)
        else:
            url = site.url_of(page.title)
            values = (page.text.encode(), MIME, page.title, url, page.ident, page.time, site.language, site.prefixes)
            rows.document(offset, length, values, length)
