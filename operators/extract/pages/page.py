"""Pages of a batch, decoded and told apart, and the columns that come of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns
from corpusmill.operators.extract.pages.route import route
from corpusmill.operators.text.charset import CharsetSource, decoded, detect

HEADERS = ("mime", "http_charset")  # strings a batch may have beside `content`: what the server declared
ADDS: Columns = {
    "title": TEXT,
    "html_lang": pa.string(),  # of the <html> element, as written
    "charset": pa.string(),  # Python codec name
    "charset_source": pa.string(),  # bom, utf8, document, http, detected, default
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page in characters, or the failure that keeps it from being one."""

    kind: Literal["html", "text", "failed"]
    characters: str = ""
    charset: str | None = None
    charset_source: CharsetSource | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extractor made of one HTML page: text, or a failure."""

    text: str | None
    title: str | None = None
    html_lang: str | None = None
    failure: str | None = None


def page_of(
    content: bytes | None, mime: str | None, http_charset: str | None, max_bytes: int, text_types: Collection[str]
) -> Page:
    """One page; null content, too many bytes and what is neither HTML nor text are failures."""
    if content is None:
        return Page("failed", failure="no_content")
    if len(content) > max_bytes:
        return Page("failed", failure=f"page_too_large: {len(content)}")
    kind = route(content, mime, text_types)
    if kind not in ("html", "text"):
        return Page("failed", failure=kind)
    charset = detect(content, http_charset)
    return Page("html" if kind == "html" else "text", decoded(content, charset), charset.name, charset.source)


def columns_of(
    batch: Batch, max_bytes: int, text_types: Collection[str], extract: Callable[[str], Extracted]
) -> Arrays:
    """Every page through `extract`, one call a page: the libraries have no call for many. Plain text stays as it is.

    text_types: the declared types that are plain text.
    """
    out: dict[str, list[str | None]] = {name: [] for name in ("text", "failure", *ADDS)}
    headers = (headers_of(batch, name) for name in HEADERS)
    for content, mime, http_charset in zip(batch.column("content").to_pylist(), *headers, strict=True):
        page = page_of(content, mime, http_charset, max_bytes, text_types)
        if page.kind == "html":
            found = extract(page.characters)
        else:
            found = Extracted(None if page.failure else page.characters, failure=page.failure)
        failed = found.failure is not None
        out["text"].append(None if failed else found.text or "")
        out["failure"].append(found.failure)
        out["title"].append(None if failed else found.title)
        out["html_lang"].append(None if failed else found.html_lang)
        out["charset"].append(None if failed else page.charset)
        out["charset_source"].append(None if failed else page.charset_source)
    return {name: pa.array(values, TEXT if name in ("text", "title") else pa.string()) for name, values in out.items()}


def headers_of(batch: Batch, name: str) -> list[str | None]:
    """A column of what the server declared; nulls where the batch has none."""
    return batch.column(name).to_pylist() if name in batch.table.column_names else [None] * batch.num_rows
