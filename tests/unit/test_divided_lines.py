"""How a file of lines is divided among spans, in cases that can be checked by eye."""

import io
import random
from itertools import combinations, pairwise

import pytest
import zstandard

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.spans import spans
from tests.contract.files import PACKS, gz, lz, read, reader_of, stored_block, zst

READER = reader_of("readers.jsonl", {})
MIB = 1 << 20
BOM = b"\xef\xbb\xbf"
FRAME = b"\x50\x2a\x4d\x18\x03\x00\x00\x00one"


def line(text: str) -> bytes:
    return b'{"text": "%s"}\n' % text.encode()


def texts(data, *cuts):
    """The texts of each of the spans between the cuts."""
    return [[row["text"] for row in rows if row["text"]] for rows in divided(data, cuts)]


def rows_of(data, *cuts):
    """Offset and text, or failure, of the rows of all spans between the cuts."""
    rows = [row for rows in divided(data, cuts) for row in rows if not row["skipped"]]
    return [(row["offset"], row["text"] or row["failure"]) for row in rows]


def divided(data, cuts):
    return [read(READER, data, Span(a, b)) for a, b in pairwise([0, *cuts, len(data)])]


def test_an_offset_is_that_of_the_member_and_the_bytes_before_the_line():
    first, second = gz(line("a") + line("b")[:5]), gz(line("b")[5:] + line("c"))
    data = first + second + gz(b"") + gz(line("d"))
    at_d = len(first + second + gz(b""))
    expected = [(0, "a"), (14, "b"), (len(first) + 9, "c"), (at_d, "d")]
    for cut in range(1, len(data)):
        assert rows_of(data, cut) == expected


def test_the_first_line_of_a_member_is_read_by_the_span_before():
    members = [gz(line(f"{i}a") + line(f"{i}b")) for i in range(4)]
    assert texts(b"".join(members), len(members[0]), len(members[0]) * 3) == [
        ["0a", "0b", "1a"],
        ["1b", "2a", "2b", "3a"],
        ["3b"],
    ]


@pytest.mark.parametrize("form", PACKS)
def test_a_file_of_many_members_is_read_by_all_spans(form):
    data = b"".join(PACKS[form](line(f"{i}") * 10) for i in range(100))
    counts = [len(texts(data, span.start, span.end)[1]) for span in spans(len(data), len(data) // 4)]
    assert sum(counts) == 1000
    assert max(counts) < 300


class Watched(io.BytesIO):
    """A file that remembers the furthest byte that was read."""

    furthest = 0

    def read(self, count: int | None = -1, /) -> bytes:
        out = super().read(count)
        self.furthest = max(self.furthest, self.tell())
        return out


def test_one_member_belongs_to_the_first_span_and_costs_the_others_their_own_bytes():
    data = stored_block(b"".join(line(random.Random(i).randbytes(MIB // 2).hex()) for i in range(8)))
    assert len(data) > 8 * MIB
    assert [len(found) for found in texts(data, 3 * MIB, 4 * MIB)] == [8, 0, 0]
    file = Watched(data)
    assert sum(batch.num_rows for batch in READER(file, Span(3 * MIB, 4 * MIB))) == 1
    assert file.furthest <= 5 * MIB  # a block is 1 MiB


@pytest.mark.parametrize("pack", [bytes, stored_block])
def test_a_line_over_many_spans_is_not_followed_beyond_each(pack):
    pieces = [pack(bytes(MIB // 2)) for _ in range(16)]
    data = b"".join([pack(b"[1]\n"), *pieces, pack(b"\n" + line("a"))])
    assert texts(data, 3 * MIB, 4 * MIB) == [[], [], ["a"]]
    file = Watched(data)
    assert sum(batch.num_rows for batch in READER(file, Span(3 * MIB, 4 * MIB))) == 1
    assert file.furthest <= 6 * MIB  # of members it must be seen that the next one is sound


def test_a_damaged_member_that_begins_in_a_span_is_reported_by_the_span_before():
    first, harmed, last = gz(line("a")), bytearray(gz(line("b"))), gz(line("c") + line("d"))
    harmed[-8] ^= 1  # of the checksum
    data = first + bytes(harmed) + last
    failure = "bad_gz: Error -3 while decompressing data: incorrect data check"
    expected = [(0, "a"), (len(first), failure), (len(first + harmed) + 14, "d")]
    for cut in range(1, len(data)):
        assert rows_of(data, cut) == expected
    assert texts(data, len(first)) == [["a"], ["d"]]


def test_damage_over_whole_spans_is_reported_once():
    first, last = gz(line("a")), gz(line("b") + line("c"))
    data = first + bytes(300) + last
    cuts = (len(first) + 50, len(first) + 100, len(first) + 299)
    assert texts(data, *cuts) == [["a"], [], [], ["c"]]
    assert [text for _, text in rows_of(data, *cuts)] == ["a", f"not_gz: {bytes(16)!r}", "c"]


def test_each_damage_in_a_line_of_many_members_is_reported_by_one_span():
    members = [gz(line("a")), gz(b'{"te'), b"first", gz(b"xt"), b"second", gz(b'": "b"}\n' + line("c"))]
    data = b"".join(members)
    at = [len(b"".join(members[:i])) for i in range(len(members))]
    expected = [(0, "a"), (at[1], "not_gz: b'first"), (at[4], "not_gz: b'second"), (at[5] + 8, "c")]
    for cuts in combinations(range(1, len(data), 5), 2):
        assert [(offset, text.partition("\\")[0]) for offset, text in rows_of(data, *cuts)] == expected


@pytest.mark.parametrize("front", [b"", gz(b""), gz(b"") * 3])
def test_a_byte_order_mark_is_found_behind_members_without_content(front):
    data = front + gz(BOM + line("a")) + gz(line("b"))
    assert [text for _, text in rows_of(data)] == ["a", "b"]


@pytest.mark.parametrize("pack", [zst, lz])
def test_frames_without_content_in_front_however_many(pack):
    data = FRAME * 2000 + pack(BOM + line("a") + line("b"))
    assert rows_of(data, len(FRAME) * 700) == [(0, "a"), (17, "b")]


def test_a_frame_without_content_does_not_hide_the_members_it_claims_to_hold():
    wrong = FRAME.replace(b"\x03", b"\xff")
    first, second = zst(line("a")), zst(line("b") + line("c"))
    data = first + wrong + second
    for cut in range(1, len(data)):
        assert [text for _, text in rows_of(data, cut)] == ["a", "b", "c"]


def test_the_dictionary_in_front_is_no_member():
    samples = [line(f"Seite {i} von vielen, mit Text") for i in range(400)]
    words = zstandard.train_dictionary(2000, samples)
    stored_words = zstandard.compress(words.as_bytes())
    front = b"\x5d\x2a\x4d\x18" + len(stored_words).to_bytes(4, "little") + stored_words
    data = front + zstandard.ZstdCompressor(dict_data=words).compress(b"".join(samples[:20]))
    assert [len(found) for found in texts(data, len(front) + 1)] == [20, 0]
    assert [len(found) for found in texts(data, 4, len(front) + 1)] == [1, 19, 0]  # 4: in front of the dictionary's own
