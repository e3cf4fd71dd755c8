"""Zip archives of pages, texts and records: each member a file, its name a column, damage in one no harm to others."""

import io
import random
import zipfile
from itertools import pairwise

import pytest

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.zip_members import entries
from corpusmill.operators.sniff import sniff
from tests.contract.files import gz, read, reader_of

PAGE = "<html><p>Größe und Maß.</p></html>".encode()
NOISE = random.Random(3).randbytes(3000)


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, zip64: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in members.items():
            with file.open(name, "w", force_zip64=zip64) as member:
                member.write(data)
    return out.getvalue()


def kinds(rows: list[dict[str, object]]) -> list[object]:
    """Of each row its document, or what it is instead; without the one that balances bytes."""
    return [
        row["skipped"] or row["failure"] or row.get("text") or row.get("content")
        for row in rows
        if row["skipped"] != "compression"
    ]


SITE = {
    "site/": b"",
    "site/index.html": PAGE,
    "site/style.css": b"p {}",
    "__MACOSX/site/._index.html": b"\0",
    "site/about": b"\n<!doctype html><p>About",
    "site/logo": b"\x89PNG\0",
    "../../etc/ä.HTM": b"<p>outside",
}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("zip64", [False, True])
def test_pages_are_the_members_that_are_named_or_begin_like_pages(method, zip64):
    data = archive(SITE, method, zip64=zip64)
    rows = read(reader_of("readers.html", {}), data)
    assert kinds(rows) == [
        "folder",
        PAGE,
        "other_member",
        "hidden_member",
        SITE["site/about"],
        "other_member",
        b"<p>outside",
    ]
    assert [row["source_id"] for row in rows if row["content"]] == ["site/index.html", "site/about", "../../etc/ä.HTM"]
    assert sum(int(str(row["length"])) for row in rows) == len(data)


def test_records_of_all_members_are_read_plain_and_compressed():
    members = {
        "a.jsonl": b'{"text": "one"}\n{"text": 2}\n',
        "b/c.jsonl.gz": gz(b'{"text": "three"}'),
        "README.md": b"#",
    }
    rows = read(reader_of("readers.jsonl", {}), archive(members))
    assert kinds(rows) == ["one", "text_not_a_string: int", "three", "other_member"]


def test_texts_and_tables_are_read():
    assert kinds(read(reader_of("readers.plain", {}), archive({"a.txt": b"one", "b": b"two", "c": b"\0"}))) == [
        "one",
        "two",
        "other_member",
    ]
    rows = read(reader_of("readers.csv", {}), archive({"a.csv": b"text,id\none,1\n"}))
    assert kinds(rows) == ["csv_header", "one"]


def test_each_member_is_read_by_the_span_in_which_it_begins():
    data = archive({f"{k}.jsonl": b'{"text": "%d"}\n' % k + b" " * 300 for k in range(9)}, zipfile.ZIP_STORED)
    whole = kinds(read(reader_of("readers.jsonl", {}), data))
    for seed in range(8):
        cuts = sorted({0, len(data), *random.Random(seed).sample(range(len(data)), 3)})
        parts = [read(reader_of("readers.jsonl", {}), data, Span(a, b)) for a, b in pairwise(cuts)]
        assert [kind for part in parts for kind in kinds(part)] == whole


def test_a_damaged_member_is_a_failed_row_and_the_others_are_read():
    data = bytearray(archive({"a.jsonl": b'{"text": "one"}\n', "b.jsonl": NOISE, "c.jsonl": b'{"text": "three"}\n'}))
    at = data.find(b"a.jsonl") + len("a.jsonl")
    data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    found = kinds(read(reader_of("readers.jsonl", {}), bytes(data)))
    assert any(str(kind).startswith("bad_member: a.jsonl: ") for kind in found)
    assert found[-1] == "three"


def test_another_checksum_is_damage():
    data = archive({"a.txt": b"some words"}, zipfile.ZIP_STORED).replace(b"some words", b"some WORDS")
    found = kinds(read(reader_of("readers.plain", {"unit": "line"}), data))
    assert found == ["some WORDS", "bad_member: a.txt: its checksum is another"]


def test_a_page_of_a_damaged_member_is_lost_and_said_once():
    data = archive({"a.html": PAGE}, zipfile.ZIP_STORED).replace(b"Ma", b"Xa")
    assert kinds(read(reader_of("readers.html", {}), data)) == ["bad_member: a.html: its checksum is another"]


def test_what_cannot_be_read_has_a_reason():
    data = bytearray(archive({"a.txt": b"secret", "b.txt": archive({"c.txt": b"x"}), "d.txt": b"y" * 99}))
    entry = data.find(b"PK\x01\x02")
    data[entry + 8] |= 1  # encrypted
    rows = read(reader_of("readers.plain", {"max_record_bytes": 98 + len(archive({"c.txt": b"x"}))}), bytes(data))
    assert kinds(rows)[:2] == ["encrypted_member: a.txt", "zip_in_zip: b.txt"]
    assert kinds(read(reader_of("readers.plain", {"max_record_bytes": 98}), archive({"d.txt": b"y" * 99}))) == [
        "record_too_large: 99"
    ]


@pytest.mark.parametrize("cut", [4, 60, -30, -10])
def test_an_archive_that_breaks_off_is_a_failed_row(cut):
    data = archive({"a.txt": b"one", "b.txt": b"two"})[:cut]
    (found,) = kinds(read(reader_of("readers.plain", {}), data))
    assert str(found).startswith("bad_zip: ")


def test_members_that_share_their_bytes_end_the_list():
    data = bytearray(archive({"a.txt": NOISE, "b.txt": NOISE}, zipfile.ZIP_STORED))
    second = data.rfind(b"PK\x01\x02")
    data[second + 20 : second + 24] = (6000).to_bytes(4, "little")
    with pytest.raises(Exception, match="do not fit into the file"):
        list(entries(Stored(io.BytesIO(bytes(data)))))


def test_bytes_in_front_of_an_archive_and_names_of_old_programs_are_read():
    data = archive({"é.txt": b"one"})
    flagged = data.replace("é".encode(), b"\x82x")  # code page 437, and no mark of UTF-8
    for place in (data.find(b"PK\x01\x02") + 8, 6):
        flagged = flagged[: place + 1] + bytes([flagged[place + 1] & ~8]) + flagged[place + 2 :]
    assert next(entries(Stored(io.BytesIO(flagged)))).name == "éx.txt"
    assert next(entries(Stored(io.BytesIO(b"#!/bin/sh\n" + data)))).offset == 10


@pytest.mark.parametrize(
    ("name", "members", "reader", "found"),
    [
        ("a.zip", SITE, None, "html"),
        ("a.zip", {"x/": b"", "x/a.jsonl": b"{}"}, None, "jsonl"),
        ("a.zip", {"records": b'{"text": 1}'}, None, "jsonl"),
        ("a.jsonl.zip", {"x.css": b""}, None, "jsonl"),
        ("a.zip", {"x.css": b""}, "readers.html", "html"),
        ("a.zip", {"x.warc.gz": gz(b"WARC/1.0\r\n")}, None, "warc"),
        ("book.epub", {"mimetype": b"application/epub+zip"}, "readers.html", "html"),
    ],
)
def test_an_archive_is_read_as_what_it_holds(name, members, reader, found):
    assert sniff(name, archive(members)[:512], reader).reader == f"readers.{found}"


@pytest.mark.parametrize(
    ("members", "reader", "message"),
    [
        ({"x.css": b"p {}"}, None, "its first member 'x.css' tells no format; say `format:`.*csv, html, jsonl, plain"),
        ({"x.parquet": b"PAR1"}, None, r"a zip archive, in which Parquet is not read \(only .*\); unpack it"),
    ],
)
def test_what_is_not_read_in_an_archive_is_said_before_work(members, reader, message):
    import re

    found = sniff("a.zip", archive(members)[:512], reader)
    assert found.reader is None
    assert found.error is not None
    assert re.search(message, found.error), found.error
