"""Pages with gold text, from WARC files and a file of gold lines."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

from corpusmill.operators.text.charset import decoded, detect


@dataclass(frozen=True, kw_only=True)
class GoldPage:
    """A page as UTF-8 and the text that should come out."""

    url: str
    host: str  # pages of one host are never split between training and measuring
    page_type: str
    utf8: bytes
    text: str
    trust: float  # weight of its labels: 1 for people, less for a teacher
    contradicted: bool = False  # its gold text is empty, yet names snippets the page must hold


def responses(warcs: list[Path]) -> Iterator[tuple[str, bytes, str | None]]:
    """(address, body, charset of the HTTP header) of each response."""
    for path in warcs:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                charset = record.http_charset if record.http_headers else None
                yield record.headers["WARC-Target-URI"], record.reader.read(), charset


def gold_pages(folder: Path) -> list[GoldPage]:
    """The pages of the WARC files in `folder` that its *gold.jsonl.gz speaks of, in order of address."""
    gold = {}
    for path in sorted(folder.glob("*gold.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            gold |= {row["url"]: row for row in map(json.loads, lines)}
    found = {}
    for url, body, charset in responses(sorted(folder.glob("*.warc.gz"))):
        if url in gold:
            row = gold[url]
            found[url] = GoldPage(
                url=url,
                host=row["host"],
                page_type=row["page_type"],
                utf8=decoded(body, detect(body, charset)).encode(),
                text=row["text"],
                trust=1.0,
                contradicted=not row["text"].strip() and bool(row["must"]),
            )
    return [found[url] for url in sorted(found)]
