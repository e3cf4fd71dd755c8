"""Answers whose body breaks off are counted as failed; whole ones under headers that lie are documents."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.archive import framed
from corpusmill.operators.readers.framing.http import response, split_head
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.warc_head import WARC, fields_of
from tests.contract.files import answer, gz, read, reader_of, warc_record, zst

READER = reader_of("readers.warc", {})
PAGE = b"<html><p>" + b" ".join(b"%d Saetze" % (i * i) for i in range(900))


def chunked(body: bytes, size: int = 700) -> bytes:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


CODED = {
    "gzip": (b"Content-Encoding: gzip", gz(PAGE)),
    "zstd": (b"Content-Encoding: zstd", zst(PAGE)),
    "br": (b"Content-Encoding: br", brotli.compress(PAGE)),
    "deflate": (b"Content-Encoding: deflate", zlib.compress(PAGE)),
    "raw deflate": (b"Content-Encoding: deflate", raw_deflate(PAGE)),
    "chunked": (b"Transfer-Encoding: chunked", chunked(PAGE)),
    "chunked gzip": (b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip", chunked(gz(PAGE), 100)),
}


def row_of(body: bytes, field: bytes, **record: str) -> dict[str, object]:
    (row,) = read(READER, warc_record("response", answer(body, field), **record))
    return row


@pytest.mark.parametrize("name", CODED)
def test_a_whole_body_is_a_document(name):
    field, body = CODED[name]
    assert row_of(body, field)["content"] == PAGE


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("name", CODED)
def test_a_body_of_which_the_end_is_missing_is_a_failure(name, share):
    field, body = CODED[name]
    row = row_of(body[: int(len(body) * share)], field)
    assert (row["content"], str(row["failure"]).partition(":")[0]) == (None, "broken_body")


def test_what_broke_off_and_where_is_reported():
    assert row_of(b"3\r\nabc\r\n9\r\nde", b"Transfer-Encoding: chunked")["failure"] == (
        "broken_body: chunked breaks off after 5 bytes"
    )


@pytest.mark.parametrize("message", [b"2b0\r\n", b"2ff\r\n", b"fffffff\r\n"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_chunk_of_another_length_than_it_says_is_a_failure(message, which):
    field, body = CODED["chunked"]
    right = b"2bc\r\n"
    parts = body.split(right)
    wrong = right.join(parts[: which + 1]) + message + right.join(parts[which + 1 :])
    assert str(row_of(wrong, field)["failure"]).startswith("broken_body: chunked")


def test_a_damaged_gzip_body_is_a_failure():
    harmed = bytearray(gz(PAGE))
    harmed[len(harmed) // 2] ^= 0xFF
    assert str(row_of(bytes(harmed), b"Content-Encoding: gzip")["failure"]).startswith("broken_body: gzip")


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("text", [PAGE, "<p>大きさ".encode(), "<p>大きさ".encode("shift_jis"), "<p>ö".encode("utf-16")])
def test_a_body_stored_decoded_under_its_old_headers_is_a_document(name, text):
    assert row_of(text, CODED[name][0])["content"] == text


def test_what_the_crawler_says_it_cut_is_kept_as_far_as_it_goes():
    field, body = CODED["chunked"]
    row = row_of(body[:-400], field, WARC_Truncated="length")
    assert row["failure"] is None
    assert PAGE.startswith(row["content"])


def test_answers_that_are_no_documents_anyway_stay_skipped():
    (row,) = read(READER, warc_record("response", answer(gz(PAGE)[:50], CODED["gzip"][0], status=b"404 Not Found")))
    assert (row["skipped"], row["failure"]) == ("http_status", None)


def test_the_same_in_an_arc_file():
    block = answer(gz(PAGE)[:500], CODED["gzip"][0])
    head = f"http://example.com/ 10.0.0.1 20140216050221 text/html {len(block)}\n"
    (row,) = read(reader_of("readers.arc", {}), head.encode() + block + b"\n")
    assert str(row["failure"]).startswith("broken_body: gzip")


def real_answers(corpora: Path) -> Iterator[tuple[str, bytes]]:
    """File and block of every answer 200 in the awkward files."""
    for path in sorted((corpora / "realwarc").glob("*/*.warc*")):
        data = path.read_bytes()
        for record in framed(Stored(io.BytesIO(data)), Span(0, len(data)), WARC, 1 << 26):
            if record.head and record.head.kind == "response" and response(record.block, 1 << 26).status == 200:
                yield path.name, record.block


def test_real_pages_whose_length_is_off_are_whole_and_coded_ones_break_when_cut(corpora):
    off = cut = 0
    for name, block in real_answers(corpora):
        assert response(block, 1 << 26).broken is None, name
        head, body = split_head(block)
        fields = fields_of(head)
        off += fields.get(b"content-length", b"%d" % len(body)) != b"%d" % len(body)
        if fields.keys() & {b"transfer-encoding", b"content-encoding"} and len(body) > 20:
            cut += 1
            assert response(block[: len(head) + len(body) // 2], 1 << 26).broken, name
    assert off >= 6
    assert cut >= 10
