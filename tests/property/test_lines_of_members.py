"""Compressed JSON lines read the same however they are cut into members, and the members into spans."""

from bisect import bisect_right
from itertools import accumulate, pairwise

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.lines import COMPRESSION
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.operators.readers.jsonl import Jsonl
from tests.contract.files import PACKS, read

FRAME = b"\x53\x2a\x4d\x18\x05\x00\x00\x00frame"  # one that a decompressor passes over
LINE = st.one_of(
    st.text("aß\n", max_size=40).map(lambda text: orjson.dumps({"text": text})),
    st.sampled_from([b"", b" ", b"[1]", b'{"text": "cut', b"\xff", b"\xef\xbb\xbf" + b'{"text": "b"}']),
)
LINES = st.builds(
    lambda lines, end: b"\n".join(lines) + end, st.lists(LINE, max_size=8), st.sampled_from([b"\n", b"", b"\n\n"])
)
SHARES = st.lists(st.floats(0, 1), max_size=6)
READERS = st.sampled_from([Jsonl(), Jsonl(max_record_bytes=16)])


@st.composite
def packed(draw, codecs=tuple(PACKS)) -> tuple[list[bytes], list[bytes]]:
    """What members hold, and the members; a frame in front of some of them."""
    lines, pack = draw(LINES), PACKS[draw(st.sampled_from(codecs))]
    parts = [lines[a:b] for a, b in pairwise(edges(len(lines), draw(SHARES)))]
    frames = draw(st.lists(st.booleans(), min_size=len(parts), max_size=len(parts)))
    return parts, [FRAME * frame + pack(part) for part, frame in zip(parts, frames, strict=True)]


def edges(size, shares) -> list[int]:
    """Places in order from 0 to `size`, perhaps the same twice."""
    return [0, *sorted(round(share * size) for share in shares), size]


def rows_of(reader, data, shares=()):
    """Rows of all spans but those that close them, once each span is seen to add up."""
    rows = []
    for a, b in pairwise(edges(len(data), shares)):
        found = read(reader, data, Span(a, b))
        assert sum(row["length"] for row in found) == b - a
        rows += [row for row in found if row["skipped"] not in (COMPRESSION, OTHER_SPAN)]
    return rows


@pytest.mark.thorough
@given(reader=READERS, packed=packed(), shares=SHARES)
@settings(max_examples=150)
def test_each_line_is_in_one_span_at_the_offset_of_its_member(reader, packed, shares):
    parts, stored = packed
    rows = rows_of(reader, b"".join(stored), shares)
    lines = b"".join(parts).splitlines(keepends=True)
    plain = read(reader, b"".join(parts))
    assert [row["length"] for row in rows] == [len(line) for line in lines]
    begins = [0, *accumulate(map(len, parts))]
    ends = [0, *accumulate(map(len, stored))]
    for row, told in zip(rows, plain, strict=True):
        member = bisect_right(begins, told["offset"]) - 1
        at = ends[member] + len(FRAME) * stored[member].startswith(FRAME) if begins[member] else 0
        assert row == {**told, "offset": at + told["offset"] - begins[member]}


@pytest.mark.thorough
@given(
    reader=READERS,
    packed=packed(("gz", "lz4")),  # a Zstandard frame that loses its checksum may take up others, and be sound
    shares=SHARES,
    damages=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=3),
)
@settings(max_examples=250)
def test_damage_is_in_one_span_and_costs_the_lines_it_costs_an_undivided_file(reader, packed, shares, damages):
    data = b"".join(packed[1])
    for share, lost, found in damages:
        at = 4 + round(share * len(data))  # the first bytes tell the codec
        data = data[:at] + found + data[at + lost :]
    assert rows_of(reader, data, shares) == rows_of(reader, data)
