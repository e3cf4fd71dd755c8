"""What is read of an archive that is damaged in known ways."""

import random

import pytest

from corpusmill.operators.file_format import Span
from tests.contract.files import (
    PACKS,
    answer,
    each,
    gz,
    lz,
    read,
    reader_of,
    stored_block,
    warc_record,
    warc_records,
    zst,
)

READER = reader_of("readers.warc", {})


def response(i: int, body: bytes = b"<p>hello</p>") -> bytes:
    return warc_record("response", answer(body), WARC_Target_URI=f"http://example.com/{i}")


def urls(rows):
    return [row["url"].rpartition("/")[2] for row in rows if row["url"]]


def failed(rows):
    return [(row["offset"], row["length"], row["failure"].partition(":")[0]) for row in rows if row["failure"]]


@pytest.mark.parametrize("form", PACKS)
def test_a_member_overwritten_costs_one_row_with_its_range(form):
    packed = [PACKS[form](response(i, random.Random(i).randbytes(3000))) for i in range(5)]
    harmed = bytearray(b"".join(packed))
    start = len(packed[0]) + len(packed[1])
    harmed[start + 100 : start + 2000] = bytes(1900)
    rows = read(READER, bytes(harmed))
    assert urls(rows) == ["0", "1", "3", "4"]
    assert [(at, length) for at, length, _ in failed(rows)] == [(start, len(packed[2]))]
    assert failed(rows)[0][2].startswith("bad_")


@pytest.mark.parametrize("form", PACKS)
def test_a_truncated_last_member_costs_itself_only(form):
    packed = [PACKS[form](response(i)) for i in range(3)]
    data = b"".join(packed)[:-9]
    rows = read(READER, data)
    assert urls(rows) == ["0", "1"]
    start = len(packed[0]) + len(packed[1])
    assert failed(rows) == [(start, len(data) - start, f"truncated_{form}")]


@pytest.mark.parametrize("pack", [lambda b: b, gz, zst, lz])
@pytest.mark.parametrize("claim", [-40, -4, 5, 60, 10**9, 10**15])
def test_a_wrong_content_length_costs_that_record_at_most(pack, claim):
    right = b"Content-Length: %d" % len(answer(b"<p>hello</p>"))
    wrong = response(1).replace(right, b"Content-Length: %d" % (len(answer(b"<p>hello</p>")) + claim))
    rows = read(READER, b"".join(pack(r) for r in (response(0), wrong, response(2), response(3))))
    assert [url for url in urls(rows) if url != "1"] == ["0", "2", "3"]
    assert len(failed(rows)) == (1 if "1" not in urls(rows) else 0)


def test_a_length_that_is_no_number_costs_that_record():
    wrong = response(1).replace(b"Content-Length: ", b"Content-Length: x")
    rows = read(READER, response(0) + wrong + response(2))
    assert urls(rows) == ["0", "2"]
    assert failed(rows) == [(len(response(0)), len(wrong), "bad_content_length")]


def test_rubbish_between_records_is_one_row():
    rubbish = b"\x00" * 5000 + b"\nWARC/1.0 is a format\n" + b"<p>" * 50
    rows = read(READER, response(0) + rubbish + response(1))
    assert urls(rows) == ["0", "1"]
    assert failed(rows) == [(len(response(0)), len(rubbish), "not_a_warc_record")]


@pytest.mark.parametrize("form", PACKS)
def test_rubbish_between_members_is_one_row(form):
    first = PACKS[form](response(0))
    rows = read(READER, first + b"\x00" * 700 + PACKS[form](response(1)))
    assert urls(rows) == ["0", "1"]
    assert failed(rows) == [(len(first), 700, f"not_{form}")]


@pytest.mark.parametrize("pack", [lambda b: b, gz])
def test_a_record_beyond_the_bound_is_passed_over(pack):
    small = reader_of("readers.warc", {"max_record_bytes": 1000})
    rows = read(small, b"".join(pack(r) for r in (response(0), response(1, b"x" * 100_000), response(2))))
    assert urls(rows) == ["0", "2"]
    assert [reason for _, _, reason in failed(rows)] == ["record_too_large"]


def test_a_body_that_inflates_beyond_the_bound_is_a_failure():
    small = reader_of("readers.warc", {"max_record_bytes": 1 << 20})
    bomb = warc_record("response", answer(gz(bytes(50 << 20)), b"Content-Encoding: gzip"), WARC_Target_URI="http://b/1")
    rows = read(small, bomb + response(2))
    assert urls(rows) == ["2"]
    assert [reason for _, _, reason in failed(rows)] == ["record_too_large"]


def test_an_archive_nested_in_a_record_stays_the_records_own():
    nested = response(1, b"<pre>" + b"".join(warc_records(2)) + b"</pre>")
    rows = read(READER, response(0) + nested + response(2))
    assert urls(rows) == ["0", "1", "2"]
    packed = [gz(response(0)), stored_block(nested), gz(response(2))]
    assert urls(read(READER, b"".join(packed))) == ["0", "1", "2"]


def test_a_record_over_several_members_is_one():
    whole = response(1, b"y" * 5000)
    data = gz(response(0)) + gz(whole[:1500]) + gz(whole[1500:]) + gz(response(2))
    assert urls(read(READER, data)) == ["0", "1", "2"]
    for cut in range(0, len(data), 11):
        parts = [*read(READER, data, Span(0, cut)), *read(READER, data, Span(cut, len(data)))]
        assert urls(parts) == ["0", "1", "2"]


def test_heads_that_end_lines_with_lf_only():
    head = b"WARC/1.0\nWARC-Type: response\nWARC-Target-URI: http://e/%d\nContent-Length: 22\n\n"
    record = head + b"HTTP/1.0 200 OK\n\n<p>%d\n\n\n"
    rows = read(READER, b"".join(record % (i, i) for i in range(3)))
    assert urls(rows) == ["0", "1", "2"]
    assert [row["content"] for row in rows] == [b"<p>0\n", b"<p>1\n", b"<p>2\n"]


def test_angle_brackets_around_the_address_are_not_part_of_it():
    rows = read(READER, warc_record("response", answer(b"<p>"), WARC_Target_URI="<http://example.com/a>"))
    assert rows[0]["url"] == "http://example.com/a"


def test_resource_records_are_pages_on_request():
    page = warc_record("resource", b"<p>hi", WARC_Target_URI="http://e/1", Content_Type="text/html; charset=koi8-r")
    assert read(READER, page)[0]["skipped"] == "resource"
    row = read(reader_of("readers.warc", {"resources": True}), page)[0]
    assert (row["content"], row["mime"], row["http_charset"], row["http_status"]) == (
        b"<p>hi",
        "text/html",
        "koi8-r",
        None,
    )


def test_zstandard_with_the_dictionary_in_front():
    import zstandard

    samples = [response(i, f"<p>Seite {i} von vielen, mit Text</p>".encode() * 3) for i in range(400)]
    words = zstandard.train_dictionary(2000, samples)
    packer = zstandard.ZstdCompressor(dict_data=words)
    for stored_words in (words.as_bytes(), zstandard.compress(words.as_bytes())):
        front = b"\x5d\x2a\x4d\x18" + len(stored_words).to_bytes(4, "little") + stored_words
        data = front + each(samples[:20], packer.compress)
        assert urls(read(READER, data)) == [str(i) for i in range(20)]
        cut = len(data) // 2
        parts = [*read(READER, data, Span(0, cut)), *read(READER, data, Span(cut, len(data)))]
        assert urls(parts) == [str(i) for i in range(20)]
