"""The short cut through sound gzip members gives the rows of the general path, whatever the members are."""

import gzip
import io
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing import packed_archive, warc_heads
from corpusmill.operators.readers.framing.grammar import Head
from corpusmill.operators.readers.framing.warc_head import WARC
from corpusmill.operators.readers.wet import Wet


def record(text: bytes, claimed: int | None = None) -> bytes:
    length = len(text) if claimed is None else claimed
    return b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (length, text)


def pack(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


KIND, LENGTH = b"WARC-Type: conversion\r\n", b"Content-Length: 5\r\n"
HEADS = {
    "all fields": KIND
    + b"WARC-Target-URI: http://a.org/\r\nWARC-Date: 2020-01-02T03:04:05.678Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
    + b"WARC-Identified-Content-Language: rus,eng\r\n"
    + LENGTH,
    "odd names": b"warc-TYPE:conversion\r\nWARC-Target-URI : <http://b.org/>\t\r\nX:\r\nno colon\r\n" + LENGTH,
    "twice": KIND + b"WARC-Target-URI: first\r\nWARC-Target-URI: second\r\nWARC-Type: other\r\n" + LENGTH,
    "folded": KIND + b"WARC-Target-URI: http://c.org/\r\n  d\r\n" + LENGTH,
    "not UTF-8 in a field": KIND + b"WARC-Target-URI: http://\xe9.org/\r\n" + LENGTH,
    "not ASCII in a date": KIND + "WARC-Date: 2020-01-02T03:04:0é\r\n".encode() + LENGTH,
    "no kind": LENGTH,
    "other kind": b"WARC-Type: Metadata\r\n" + LENGTH,
    "no length": KIND,
    "length no number": KIND + b"Content-Length: five\r\n",
    "empty values": KIND + b"WARC-Target-URI:\r\nWARC-Date: \r\nWARC-Record-ID: <>\r\n" + LENGTH,
    "brackets around nothing": KIND + b"WARC-Target-URI: <>\r\n" + LENGTH,
    "half a bracket": KIND + b"WARC-Target-URI: <\r\nWARC-Record-ID: >\r\n" + LENGTH,
}


def with_head(lines: bytes) -> bytes:
    return b"WARC/1.1 \r\n" + lines + b"\r\nfive!\r\n\r\n"


ONE = pack(record(b"one plain record"))
MEMBERS = {
    "plain": ONE,
    "long": pack(record(bytes(range(65, 91)) * 3000)),
    "very long": pack(record(b"0123456789" * 106_000)),
    "two in one": pack(record(b"first") + record(b"second")),
    "over two": pack(record(b"begun here, ended there")[:60]) + pack(record(b"begun here, ended there")[60:]),
    "claims less": pack(record(b"longer than it says", 4)),
    "claims more": pack(record(b"shorter", 400)),
    "no record": pack(b"what is this"),
    "empty": pack(b""),
    "not gzip": b"stray bytes",
    "bad checksum": ONE[:-6] + b"\0\0" + ONE[-4:],
    "bad data": ONE[:30] + b"\xff" * 8 + ONE[38:],
    "truncated": ONE[:-12],
    "not UTF-8": pack(record(b"\xff\xfe")),
    **{name: pack(with_head(lines)) for name, lines in HEADS.items()},
}


def rows(data: bytes, cuts: list[int]) -> list[dict[str, Any]]:
    edges = [0, *cuts, len(data)]
    spans = [Span(a, b) for a, b in itertools.pairwise(edges)]
    reader = Wet(max_record_bytes=1_000_000)
    return [row for span in spans for batch in reader(io.BytesIO(data), span) for row in batch.to_pylist()]


def no_short_cut(_: object, start: int, *__: object) -> Iterator[Any]:
    yield from ()
    return start  # what a generator returns is what `yield from` gives


@pytest.mark.thorough
@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(sorted(MEMBERS)), max_size=7), st.lists(st.floats(0, 1), max_size=2))
def test_the_short_cut_gives_the_rows_of_the_general_path(names: list[str], cuts: list[float]):
    data = pack(record(b"the first one")) + b"".join(MEMBERS[name] for name in names)
    places = sorted(int(len(data) * cut) for cut in cuts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_archive, "readable_runs", no_short_cut)
        general = rows(data, places)
    assert rows(data, places) == general


@pytest.mark.parametrize("name", sorted(HEADS))
def test_heads_found_at_one_go_are_those_found_one_by_one(name: str):
    data = with_head(HEADS[name])
    found = warc_heads.heads(data * 2, np.array([0, len(data), 2 * len(data)]))
    plain = WARC.head(data, 0)
    at_one_go = isinstance(plain, Head) and b"\r\n  " not in data
    assert found.sizes.tolist() == [plain.size if at_one_go else -1] * 2
    for field, places in zip(warc_heads.NAMES, found.values[1], strict=True):
        begin, end = places.tolist()
        if at_one_go:
            assert found.blocks.tolist() == [plain.block_bytes] * 2
            assert ((data * 2)[begin:end] if begin >= 0 else None) == plain.fields.get(field)


def test_a_member_that_inflates_to_more_than_a_piece_is_read_once():
    data = MEMBERS["very long"] + ONE
    found = rows(data, [])
    assert [len(row["text"] or "") for row in found] == [0, len("one plain record")]
    assert [row["failure"] for row in found] == ["record_too_large: 1060000", None]
    assert sum(row["length"] for row in found) == len(data)
