"""WACZ archives, as browser crawlers write them: a zip with WARC files, indexes and a list of pages."""

import gzip
import io
import itertools
import zipfile

import pytest

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.warc import Warc
from corpusmill.operators.sniff import sniff

PAGE = b"<html><body><p>Some words of a page.</p></body></html>"


def record(number: int, kind: str = "response", body: bytes = PAGE) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Target-URI: https://a.example/"
        f"{number}\r\nWARC-Date: 2026-01-02T03:04:05Z\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + http + b"\r\n\r\n", mtime=0)


def wacz(*, method: int = zipfile.ZIP_STORED, damaged: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("archive/data.warc.gz", record(1) + record(2))
        archive.writestr("archive/more.warc.gz", record(3) + (b"\x1f\x8b\x08 no gzip" if damaged else b""))
        archive.writestr("indexes/index.cdx.gz", gzip.compress(b"com,a)/ 20260102030405 {}\n"))
        archive.writestr("pages/pages.jsonl", b'{"format": "json-pages-1.0"}\n{"url": "https://a.example/1"}\n')
        archive.writestr("datapackage.json", b'{"profile": "data-package", "wacz_version": "1.1.1"}')
    return out.getvalue()


def rows_of(data: bytes, cuts: int = 1) -> list[dict]:
    edges = [len(data) * k // cuts for k in range(cuts + 1)]
    spans = [Span(begin, end) for begin, end in itertools.pairwise(edges)]
    return [row for span in spans for batch in Warc()(io.BytesIO(data), span) for row in batch.to_pylist()]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_pages_of_all_warc_files_are_read(method):
    rows = rows_of(wacz(method=method))
    pages = [row for row in rows if row["skipped"] is None and row["failure"] is None]
    assert [(row["url"], row["source_id"]) for row in pages] == [
        (f"https://a.example/{n}", f"<urn:uuid:{n}>") for n in (1, 2, 3)
    ]
    assert {row["content"] for row in pages} == {PAGE}
    assert [row["skipped"] for row in rows if row["skipped"] is not None].count("other_member") == 3


def test_each_page_is_read_by_one_span_and_lengths_add_up():
    data = wacz()
    for cuts in (2, 3, 7):
        rows = rows_of(data, cuts)
        assert sorted(row["url"] for row in rows if row["url"]) == [f"https://a.example/{n}" for n in (1, 2, 3)]
        assert sum(row["length"] for row in rows) == len(data)


def test_damage_in_a_member_is_a_failed_row_and_the_rest_is_read():
    rows = rows_of(wacz(damaged=True))
    assert sum(row["url"] is not None for row in rows) == 3
    assert [row["failure"] for row in rows if row["failure"]]


def test_an_archive_is_recognised_by_its_name_and_its_bytes():
    head = wacz()[:512]
    assert sniff("crawl.wacz", head).reader == "readers.warc"
    assert sniff("crawl.zip", head).reader == "readers.warc"
    assert sniff("crawl.wacz", b"<!DOCTYPE html><title>404").reader is None
