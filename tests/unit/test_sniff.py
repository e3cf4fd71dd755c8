"""What a file is told to be by its name and its first bytes."""

import re

import pytest

from corpusmill.operators.sniff import readers, sniff
from tests.contract.files import PACKS, files

FILES = files()


@pytest.mark.parametrize("form", FILES)
def test_every_form_is_recognised_by_name_and_content(form):
    reader, _, data = FILES[form]
    kind = reader.removeprefix("readers.")
    ending = "." + form.rpartition(".")[2] if form.rpartition(".")[2] in (*PACKS, "zip") else ""
    name = {"wet": "a.warc.wet"}.get(kind, f"a{readers()[reader].format.suffixes[0]}") + ending
    assert sniff(name, data[:512]).reader == reader
    format_ = readers()[reader].format
    by_content = (format_.magic is not None and format_.inside is None) or (format_.opening and format_.certain)
    if by_content and ending not in (".zst", ".lz4", ".bz2", ".zip"):  # of those a whole block is needed to tell
        assert sniff("no-name", data[:512]).reader == reader


@pytest.mark.parametrize("name", ["a.warc.gz", "a.jsonl", "a.parquet", "a.txt", "s3://b/a.warc.wet.gz", "a.arc"])
def test_an_empty_file_goes_by_its_name(name):
    assert sniff(name, b"").error is None


@pytest.mark.parametrize(
    ("name", "head", "message"),
    [
        ("a.warc.gz", b"<!DOCTYPE html><title>404", "named like WARC, but holds HTML"),
        ("a.warc.gz", PACKS["gz"](b"<html>"), "named like WARC, but holds HTML"),
        ("a.warc.gz", PACKS["gz"](b'{"text": 1}\n'), "named like WARC, but holds JSON lines.*format: jsonl"),
        ("a.warc.gz", PACKS["zst"](b'{"text": 1}\n'), "named like WARC, but holds JSON lines"),
        ("a.warc.gz", b"\x1f\x8b\x08\x00garbage-garbage", "compressed, but damaged"),
        ("a.jsonl", b"[1, 2]", "holds a JSON array; write one object a line"),
        ("a.jsonl", b"PAR1\x15\x04", "holds Parquet.*format: parquet"),
        ("a.parquet", b"text,id\n", "holds something else, which begins b'text,id"),
        ("a.txt", b"\x00\x01\x02", "named like plain text, but holds something else"),
        ("a.warc.wat.gz", b"", "WAT files hold metadata"),
        ("a.tar.gz", b"", "recompress"),
        ("a.parquet.gz", PACKS["gz"](b"PAR1\x15\x04"), "compressed Parquet, which cannot be read; decompress it"),
        ("data", b"<!DOCTYPE html><p>a", "an error page was saved in its place.*format: html"),
        ("a.html", b"PAR1\x15\x04", "named like HTML, but holds Parquet.*format: parquet"),
        ("a.txt", "Ein Satz".encode("utf-16"), "UTF-16; say `encoding: utf-16`"),
        ("data", b"hello world", "say `format:` for this source, one of arc, "),
        ("data", b"", "say `format:`"),
    ],
)
def test_what_is_wrong_is_reported_with_a_remedy(name, head, message):
    found = sniff(name, head)
    assert found.reader is None
    assert found.error is not None
    assert found.error.startswith(name)
    assert re.search(message, found.error), found.error


def test_a_plain_file_under_a_compressed_name_is_read_as_what_it_is():
    assert sniff("a.warc.gz", b"WARC/1.0\r\n").reader == "readers.warc"


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "d/a.xhtml", "a.html.gz", "s3://b/a.htm"])
@pytest.mark.parametrize(
    "head", [b"<p>a", b"{% block %}", b"[menu]", b"", "<html>".encode("utf-16"), b"\n\n<!-- a -->"]
)
def test_what_is_named_like_a_page_is_one_whatever_it_begins_with(name, head):
    assert sniff(name, head) == sniff(name, head, "readers.html")
    assert sniff(name, head).reader == "readers.html"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1251", "utf-32"])
def test_text_in_an_encoding_that_the_job_names_is_text(encoding):
    assert sniff("a.txt", "Дом и сад".encode(encoding), encoding=encoding).reader == "readers.plain"
    assert sniff("a", "Дом и сад".encode(encoding), "readers.plain", encoding=encoding).reader == "readers.plain"
