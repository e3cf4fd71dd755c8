"""What ISA-L inflates is what zlib inflates, and of a damaged member the same is said, wherever it is damaged."""

import gzip
import io
import random
import zlib

import pytest

from corpusmill.errors import BodyTooLarge, DamagedData
from corpusmill.operators.readers.framing import codecs, codings
from corpusmill.operators.readers.framing.codecs import PIECE_BYTES, Codec, Gzip, Member
from corpusmill.operators.readers.framing.stored import Stored

DRAW = random.Random(7)
WORDS = [bytes(DRAW.choices(b"abcdefghijklmnopqrstuvwxyz", k=DRAW.randrange(2, 9))) for _ in range(3_000)]
LINES = b"\n".join(b" ".join(DRAW.choices(WORDS, k=12)) for _ in range(6_000))
SOUND = gzip.compress(LINES, 6)


def read(content: bytes, *, quick: bool = True, at: int = 0) -> tuple[bytes, int, str | None]:
    """What a member gives, how far it came in the file, and what is damaged."""
    member = Member(Stored(io.BytesIO(content)), Codec("gz"), at)
    if not quick:
        member._is_quick, member._inflater = False, Gzip()
    pieces = []
    try:
        while piece := member.more():
            pieces.append(piece)
    except DamagedData as e:
        return b"".join(pieces), member.position, str(e)
    return b"".join(pieces), member.position, None


def test_a_sound_member_is_inflated_without_zlib(monkeypatch):
    monkeypatch.setattr(zlib, "decompressobj", None)
    assert read(b"before" + SOUND + b"behind", at=6) == (LINES, 6 + len(SOUND), None)


@pytest.mark.parametrize("level", [0, 1, 9])
def test_pieces_are_bounded(level):
    zeros = gzip.compress(bytes(5 * PIECE_BYTES), level)
    member = Member(Stored(io.BytesIO(zeros)), Codec("gz"), 0)
    sizes = [len(piece) for piece in iter(member.more, b"")]
    assert sum(sizes) == 5 * PIECE_BYTES
    assert max(sizes) <= PIECE_BYTES
    assert member.position == len(zeros)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_member_gives_what_zlib_gives(seed):
    draw = random.Random(seed)
    content = bytearray(SOUND)
    for _ in range(1 + seed % 3):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    damaged = bytes(content) if seed % 4 else bytes(content[: draw.randrange(18, len(content))])
    found, alone = read(damaged), read(damaged, quick=False)
    assert found[1:] == alone[1:]
    assert found[0].startswith(alone[0])
    assert len(found[0]) - len(alone[0]) <= PIECE_BYTES


def test_what_was_given_is_not_given_again(monkeypatch):
    damaged = SOUND[:-8] + bytes([SOUND[-8] ^ 1]) + SOUND[-7:]  # the checksum
    text, position, damage = read(damaged)
    assert text == LINES[: len(text)]
    assert (position, damage) == read(damaged, quick=False)[1:]
    assert str(damage).startswith("bad_gz")
    assert codecs.QUICK_ERROR is not zlib.error


@pytest.mark.parametrize("seed", range(40))
def test_a_body_of_http_is_what_zlib_makes_of_it(seed):
    draw = random.Random(seed)
    body = bytearray(gzip.compress(LINES[: draw.randrange(20_000)]))
    if seed % 2:
        body[draw.randrange(len(body))] ^= 1 << draw.randrange(8)
    whole = bytes(body) + (b"", b"\r\n", b"more", gzip.compress(b"more"))[seed % 4]
    assert codings.gunzip(whole, 1 << 20) == codings._members(whole, Codec("gz"), 1 << 20)


def test_a_sound_body_is_inflated_without_zlib(monkeypatch):
    monkeypatch.setattr(zlib, "decompressobj", None)
    assert codings.gunzip(SOUND, len(LINES)).body == LINES


def test_a_body_that_is_too_large_is_refused():
    with pytest.raises(BodyTooLarge):
        codings.gunzip(SOUND, len(LINES) - 1)
