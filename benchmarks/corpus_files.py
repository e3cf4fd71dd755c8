"""A generated corpus as files: WET as a crawl publishes it, JSONL."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from benchmarks.corpus import Corpus

LEVEL = 6  # of gzip, as crawls have it
RECORD = (
    "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nWARC-Record-ID: {id}\r\n"
    "WARC-Refers-To: {id}\r\nWARC-Identified-Payload-Type: text/plain\r\n"  # so that no tool guesses by the bytes
    "Content-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
)
INFO = b"Software-Info: benchmarks.corpus\r\nExtracted-Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
INFO_RECORD = (
    b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    b"WARC-Record-ID: <urn:uuid:ffffffff-0000-4000-8000-000000000000>\r\nContent-Type: application/warc-fields\r\n"
    b"Content-Length: " + str(len(INFO)).encode() + b"\r\n\r\n" + INFO + b"\r\n\r\n"
)


def write_wet(path: Path, corpus: Corpus, rows: Iterable[int] | None = None) -> int:
    """Write documents (null: all) as `.warc.wet.gz`, a gzip member a record, or plain `.wet`; bytes of their text."""
    written = 0
    with path.open("wb") as out:
        packed = path.suffix == ".gz"
        for record, text_bytes in wet_records(corpus, rows):
            out.write(member(record) if packed else record)
            written += text_bytes
    return written


def write_wets(folder: Path, corpus: Corpus, files: int, *, suffix: str = ".warc.wet.gz") -> int:
    """The corpus as so many files of consecutive documents; bytes of text in all."""
    folder.mkdir(parents=True, exist_ok=True)
    cuts = [corpus.count * k // files for k in range(files + 1)]
    return sum(write_wet(folder / f"corpus-{k:05}{suffix}", corpus, range(cuts[k], cuts[k + 1])) for k in range(files))


def wet_records(corpus: Corpus, rows: Iterable[int] | None = None) -> Iterator[tuple[bytes, int]]:
    """A warcinfo record, then one conversion record a document, each with the bytes of its text."""
    yield INFO_RECORD, 0
    for i in range(corpus.count) if rows is None else rows:
        text = corpus.text(i)
        head = RECORD.format(url=corpus.url(i), id=corpus.id(i), date=date(i), length=len(text))
        yield b"".join((head.encode(), text, b"\r\n\r\n")), len(text)


def write_jsonl(path: Path, corpus: Corpus, rows: Iterable[int] | None = None) -> int:
    """Write documents as JSON lines (id, url, text, source, lang, date), gzip by suffix; bytes of their text."""
    written = 0
    with _opened(path) as out:
        for i in range(corpus.count) if rows is None else rows:
            pool, text = corpus.pool(i), corpus.text(i)
            line = {"id": corpus.id(i), "url": corpus.url(i), "text": text.decode(), "source": pool.source}
            line |= {"lang": pool.language, "date": date(i)}
            out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            written += len(text)
    return written


def member(data: bytes) -> bytes:
    """One gzip member without a time."""
    packer = zlib.compressobj(LEVEL, wbits=31)
    return packer.compress(data) + packer.flush()


def date(i: int) -> str:
    """A second of 2026 for each document.

    >>> date(3661)
    '2026-01-01T01:01:01Z'
    """
    minutes, seconds = divmod(i, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"2026-{days // 28 % 12 + 1:02}-{days % 28 + 1:02}T{hours:02}:{minutes:02}:{seconds:02}Z"


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path.suffix == ".gz":
        with path.open("wb") as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as out:
            yield out  # type: ignore[misc]
    else:
        with path.open("wb") as out:
            yield out
