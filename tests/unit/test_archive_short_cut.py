"""The short cut through sound gzip members gives the rows of the general path, whatever the members are."""

import gzip
import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.contract import Span
from operators.readers.framing import packed_archive
from operators.readers.wet import Wet


def record(text: bytes, claimed: int | None = None) -> bytes:
    length = len(text) if claimed is None else claimed
    return b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (length, text)


def pack(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


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
}


def rows(data: bytes, cuts: list[int]) -> list[dict[str, Any]]:
    edges = [0, *cuts, len(data)]
    spans = [Span(a, b) for a, b in itertools.pairwise(edges)]
    reader = Wet(max_record_bytes=1_000_000)
    return [row for span in spans for batch in reader(io.BytesIO(data), span) for row in batch.to_pylist()]


def no_short_cut(_: object, start: int, *__: object) -> Iterator[Any]:
    yield from ()
    return start  # what a generator returns is what `yield from` gives


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(sorted(MEMBERS)), max_size=7), st.lists(st.floats(0, 1), max_size=2))
def test_the_short_cut_gives_the_rows_of_the_general_path(names: list[str], cuts: list[float]):
    data = pack(record(b"the first one")) + b"".join(MEMBERS[name] for name in names)
    places = sorted(int(len(data) * cut) for cut in cuts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_archive, "sound_members", no_short_cut)
        general = rows(data, places)
    assert rows(data, places) == general


def test_a_member_that_inflates_to_more_than_a_piece_is_read_once():
    data = MEMBERS["very long"] + ONE
    found = rows(data, [])
    assert [len(row["text"] or "") for row in found] == [0, len("one plain record")]
    assert [row["failure"] for row in found] == ["record_too_large: 1060000", None]
    assert sum(row["length"] for row in found) == len(data)
