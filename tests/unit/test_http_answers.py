"""The page of a record is the body of its final answer, whole; what is no answer of HTTP is no page."""

import gzip
import zlib

import brotli
import pytest

from corpusmill.operators.readers.framing.http import response
from tests.contract.files import answer, gz, read, reader_of, warc_record, zst

WARC = reader_of("readers.warc", {})
PAGE = b"<html><p>" + b" ".join(b"%d Saetze" % (i * i) for i in range(300))
HALVES = PAGE[:700], PAGE[700:]
SKIPPABLE = b"\x5a\x2a\x4d\x18" + (11).to_bytes(4, "little") + b"hello world"

INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
    "several": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 2,
    "line ends": b"HTTP/1.1 100 Continue\n\n",
    "blank line more": b"HTTP/1.1 100 Continue\r\n\r\n\r\n",
    "CONNECT": b"HTTP/1.0 200 Connection established\r\n\r\n",
    "CONNECT with fields": b"HTTP/1.1 200 Connection Established\r\nProxy-Agent: x\r\nContent-Type: text/plain\r\n\r\n",
    "CONNECT, OK": b"HTTP/1.1 200 OK\r\nVia: 1.1 proxy\r\n\r\n",
    "CONNECT, no length": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "CONNECT, then 100": b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
}


def row_of(block: bytes, **record: str) -> dict[str, object]:
    (row,) = read(WARC, warc_record("response", block, **record))
    return row


@pytest.mark.parametrize("name", INTERIM)
def test_the_final_answer_is_the_page(name):
    row = row_of(INTERIM[name] + answer(gz(PAGE), b"Content-Encoding: gzip"))
    assert (row["content"], row["http_status"], row["mime"]) == (PAGE, 200, "text/html")


@pytest.mark.parametrize("name", INTERIM)
def test_its_status_decides(name):
    assert row_of(INTERIM[name] + answer(b"gone", status=b"404 Not Found"))["skipped"] == "http_status"


def test_the_same_in_an_arc_file():
    block = INTERIM["several"] + answer(PAGE)
    head = f"http://example.com/ 10.0.0.1 20140216050221 text/html {len(block)}\n"
    (row,) = read(reader_of("readers.arc", {}), head.encode() + block + b"\n")
    assert row["content"] == PAGE


@pytest.mark.parametrize("fields", [b"Content-Type: text/plain", b"Content-Length: 19"])
def test_a_page_that_shows_an_answer_is_that_page(fields):
    shown = b"HTTP/1.1 404 Not Found\r\n\r\n"
    assert row_of(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\n" + shown)["content"] == shown


def test_an_interim_answer_alone_is_no_page():
    assert row_of(INTERIM["100"])["skipped"] == "http_status"
    assert row_of(INTERIM["100"] * 40)["skipped"] == "http_status"


@pytest.mark.parametrize(
    "block",
    [
        b"20240102030405\nexample.com. 3600 IN A 10.0.0.1\n",
        b"220 ftp ready\r\n",
        b"HTTP 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a",
        b"HTTP/1.1 OK\r\nContent-Type: text/html\r\n\r\n<p>a",
        b"HTTP/1.1 2000 OK\r\n\r\n<p>a",
        b"HTP/1.1 200 OK\r\n\r\n<p>a",
        b"ICY 200 OK\r\n\r\n",
        b"<html><p>HTTP/0.9 has no head",
        b"GET / HTTP/1.1\r\n\r\n",
        b"",
    ],
)
def test_a_response_without_an_answer_of_http_is_skipped_by_that_name(block):
    row = row_of(block, WARC_Target_URI="dns:example.com")
    assert (row["skipped"], row["failure"], row["content"]) == ("not_http", None, None)


def test_a_status_line_behind_blank_lines_or_in_small_letters_is_one():
    assert row_of(b"\r\n" + answer(PAGE))["content"] == PAGE
    assert row_of(answer(PAGE).replace(b"HTTP/1.1", b"http/1.1"))["content"] == PAGE


def test_resources_of_other_protocols_are_documents_by_option():
    record = warc_record("resource", b"a file", WARC_Target_URI="ftp://example.com/a", Content_Type="text/plain")
    (row,) = read(reader_of("readers.warc", {"resources": True}), record)
    assert (row["content"], row["mime"], row["http_status"]) == (b"a file", "text/plain", None)


WHOLE = {
    "two gzip members": (b"gzip", b"".join(map(gz, HALVES))),
    "an empty gzip member": (b"gzip", gz(PAGE) + gz(b"")),
    "many gzip members": (b"x-gzip", b"".join(gz(PAGE[i : i + 40]) for i in range(0, len(PAGE), 40))),
    "gzip, and zeros": (b"gzip", gz(PAGE) + bytes(500)),
    "gzip, and a line end": (b"gzip", b"".join(map(gz, HALVES)) + b"\r\n"),
    "two zstd frames": (b"zstd", b"".join(map(zst, HALVES))),
    "zstd behind a skippable frame": (b"zstd", SKIPPABLE + zst(PAGE)),
    "skippable frames everywhere": (b"zstd", SKIPPABLE.join([b"", *map(zst, HALVES), b""])),
    "zlib, and a line end": (b"deflate", zlib.compress(PAGE) + b"\n"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_all_members_and_frames_of_a_body_are_read(name):
    coding, body = WHOLE[name]
    assert row_of(answer(body, b"Content-Encoding: " + coding))["content"] == PAGE


def test_members_are_what_the_standard_library_reads():
    body = WHOLE["many gzip members"][1]
    assert gzip.decompress(body) == response(answer(body, b"Content-Encoding: gzip"), 1 << 20).body


@pytest.mark.parametrize(
    ("coding", "body", "fault"),
    [
        (b"gzip", gz(PAGE) + b"and more of it", "gzip leaves 14 bytes over that it does not decode"),
        (b"gzip", gz(HALVES[0]) + gz(HALVES[1])[:30], "gzip breaks off after"),
        (b"gzip", gz(HALVES[0]) + gz(HALVES[1])[:-8] + bytes(8), "gzip breaks off after"),
        (b"zstd", zst(PAGE) + b"and more of it", "zstd leaves 14 bytes over that it does not decode"),
        (b"zstd", zst(HALVES[0]) + zst(HALVES[1])[:30], "zstd breaks off after"),
        (b"zstd", zst(PAGE) + SKIPPABLE[:12], "zstd breaks off after"),
        (b"deflate", zlib.compress(PAGE) + b"and more of it", "deflate leaves 14 bytes over that it does not decode"),
        (b"br", brotli.compress(PAGE) + b"and more of it", "br cannot be undone"),
    ],
)
def test_what_of_a_body_is_not_read_is_counted_as_broken(coding, body, fault):
    row = row_of(answer(body, b"Content-Encoding: " + coding))
    assert (row["content"], str(row["failure"])[: len(fault) + 13]) == (None, f"broken_body: {fault}")


def test_bytes_behind_the_last_chunk_are_counted_as_broken_and_trailers_are_not():
    chunks = b"%x\r\n%s\r\n0\r\n" % (len(PAGE), PAGE)
    field = b"Transfer-Encoding: chunked"
    assert row_of(answer(chunks + b"Expires: now\r\nX-Sum: 1\r\n\r\n", field))["content"] == PAGE
    fault = row_of(answer(chunks + b"\r\nand more of it", field))["failure"]
    assert fault == "broken_body: chunked leaves 14 bytes over behind its last chunk"


def chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:99], body[99:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"Transfer-Encoding: gzip, chunked", chunked(gz(PAGE))),
        (b"transfer-encoding: GZIP , Chunked", chunked(gz(PAGE))),
        (b"Transfer-Encoding: deflate, chunked", chunked(zlib.compress(PAGE))),
        (b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", chunked(gz(PAGE))),
        (b"Transfer-Encoding: gzip,\r\n chunked", chunked(gz(PAGE))),
        (b"Transfer-Encoding: gzip;q=1, chunked;a=b", chunked(gz(PAGE))),
        (b"Transfer-Encoding: gzip", gz(PAGE)),
        (b"Transfer-Encoding: identity", PAGE),
        (b"Transfer-Encoding: gzip, chunked\r\nContent-Encoding: br", chunked(gz(brotli.compress(PAGE)))),
        (b"Content-Encoding: br\r\nTransfer-Encoding: gzip, chunked", chunked(gz(brotli.compress(PAGE)))),
        (b"Content-Encoding: gzip\r\nContent-Encoding: br", brotli.compress(gz(PAGE))),
        (b"Content-Encoding: gzip\r\nContent-Encoding: gzip", gz(PAGE)),
        (b"Transfer-Encoding: gzip, chunked", gz(PAGE)),  # chunks undone before it was stored
        (b"Transfer-Encoding: gzip, chunked", PAGE),  # everything undone
        (b'Content-Encoding: "gzip"', gz(PAGE)),
        (b"Content-Encoding: x-deflate", zlib.compress(PAGE)),
        (b"Content-Encoding: deflate", gz(HALVES[0]) + gz(HALVES[1])),
        (b"Content-Encoding: deflate", zlib.compress(PAGE)[2:-4] + b"\r\n"),  # raw
        (b"Content-Encoding: gzip", zlib.compress(PAGE)),
        (b"Content-Encoding: gzip", zlib.compress(PAGE)[2:-4]),
        (b"Content-Encoding: gzip, deflate", zlib.compress(gz(PAGE))),
    ],
)
def test_all_codings_of_transfer_and_content_are_undone(fields, body):
    assert row_of(answer(body, fields))["content"] == PAGE


def test_a_body_of_many_members_is_bounded():
    record = warc_record("response", answer(gz(bytes(1 << 20)) * 9, b"Content-Encoding: gzip"))
    (row,) = read(reader_of("readers.warc", {"max_record_bytes": 8 << 20}), record)
    assert str(row["failure"]).startswith("record_too_large")
