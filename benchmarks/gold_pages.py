"""Gold pages, and what each extractor makes of them, with the CPU seconds it takes from raw bytes."""

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Extract
from corpusmill.operators.text.charset import decoded, detect

BATCH_ROWS = 64


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as it came, and what is told of it."""

    url: str
    content: bytes
    http_charset: str | None


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What an extractor made of pages, in their order, and the CPU seconds it took."""

    texts: list[str]
    cpu_s: float


def pages(folder: Path, pattern: str, addresses: set[str]) -> dict[str, Page]:
    """The pages with these addresses, by address."""
    found = {}
    for path in sorted(folder.glob(pattern)):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                url = record.headers["WARC-Target-URI"]
                if url in addresses:
                    found[url] = Page(url=url, content=record.reader.read(), http_charset=record.http_charset)
    return found


def gold(path: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["url"]: row for row in map(json.loads, lines)}


@cache
def operator(model: str | None = None) -> Extract:
    """The operator, with another model if one is named by its path."""
    op = load.equip(load.build("extract.main_text", {}), load.shipped)
    if model:
        op = load.build("extract.main_text", {})
        op = load.equip(op, lambda _: Path(model).read_bytes())
    if not isinstance(op, Extract):
        raise TypeError(f"extract.main_text is no Extract but {type(op)}")
    return op


def by_us(chosen: list[Page], model: str | None = None) -> Texts:
    op = operator(model)
    op(batch(chosen[:1]))
    before = time.process_time()
    texts: list[str] = []
    for first in range(0, len(chosen), BATCH_ROWS):
        rows = op(batch(chosen[first : first + BATCH_ROWS])).column("text").to_pylist()
        texts += [text or "" for text in rows]
    return Texts(texts=texts, cpu_s=time.process_time() - before)


def batch(chosen: list[Page]) -> Batch:
    return Batch(
        pa.table(
            {
                "content": pa.array([p.content for p in chosen], pa.large_binary()),
                "http_charset": pa.array([p.http_charset for p in chosen], pa.string()),
            }
        )
    )


def one_by_one(chosen: list[Page], extract: Callable[[str], str | None]) -> Texts:
    before = time.process_time()
    texts = [extract(decoded(page.content, detect(page.content, page.http_charset))) or "" for page in chosen]
    return Texts(texts=texts, cpu_s=time.process_time() - before)


def by_trafilatura(chosen: list[Page]) -> Texts:
    return one_by_one(chosen, trafilatura.extract)


def by_resiliparse(chosen: list[Page]) -> Texts:
    return one_by_one(chosen, lambda html: extract_plain_text(html, main_content=True))
