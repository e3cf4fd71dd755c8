"""Compressed members, inflated piece by piece within bounds: gzip, Zstandard frames, LZ4 frames, bzip2 streams."""

import bz2
import zlib
from dataclasses import dataclass
from typing import Literal, Protocol, cast

import lz4.frame
import zstandard
from isal import isal_zlib

from corpusmill.errors import DamagedData
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.zstd_window import FRAME_HEAD_BYTES, WINDOW_MIB, longer_window

Compression = Literal["gz", "zst", "lz4", "bz2"]

PIECE_BYTES = 1 << 20  # of inflated bytes at a time; Zstandard cannot be bounded so, see FEED_BYTES
MAGIC: dict[Compression, bytes] = {
    "gz": b"\x1f\x8b\x08",
    "zst": b"\x28\xb5\x2f\xfd",
    "lz4": b"\x04\x22\x4d\x18",
    "bz2": b"BZh",
}
# Compressed bytes given at a time. A Zstandard block of 4 bytes can stand for 128 KiB, so 2 KiB give 64 MiB at most.
FEED_BYTES: dict[Compression, int] = {"gz": 1 << 14, "zst": 1 << 11, "lz4": 1 << 16, "bz2": 1 << 16}
SKIPPABLE = b"\x2a\x4d\x18"  # bytes 1 to 3 of a skippable Zstandard or LZ4 frame; byte 0 is 0x50 to 0x5f
DICTIONARY = b"\x5d\x2a\x4d\x18"  # a .warc.zst file may begin with such a frame that holds its dictionary
MAX_DICTIONARY_BYTES = 1 << 24
# What a member may inflate to, whatever its size, and beyond it: a little more than Deflate can, which stops at 1,032.
FREE_BYTES = 1 << 28
MOST_TIMES = 1_100
INFLATE_ERRORS = (zlib.error, zstandard.ZstdError, RuntimeError, MemoryError)
QUICK_ERROR = cast(type[Exception], isal_zlib.error)  # its stub has an instance
GZIP = 31  # window bits: a gzip head and trailer are expected


class Inflater(Protocol):
    """One member's decompressor."""

    done: bool  # the end of the member was reached and its checksum agreed
    hungry: bool  # it has no output left to give without further input

    def feed(self, data: bytes) -> tuple[bytes, int]:
        """Inflated bytes, and how many bytes at the end of `data` were not used."""
        ...


class Gzip:
    """quick: by ISA-L, at more than twice the speed. It raises QUICK_ERROR: what is damaged, zlib says better."""

    def __init__(self, *, quick: bool = False) -> None:
        self._zlib = (isal_zlib if quick else zlib).decompressobj(wbits=GZIP)
        self.done = False
        self.hungry = True

    def feed(self, data: bytes) -> tuple[bytes, int]:
        out = self._zlib.decompress(data, PIECE_BYTES)
        self.done = self._zlib.eof
        # At the end zlib leaves the same bytes in both.
        return out, len(self._zlib.unused_data if self.done else self._zlib.unconsumed_tail)


class Lz4:
    def __init__(self) -> None:
        self._lz4 = lz4.frame.LZ4FrameDecompressor()
        self.done = False
        self.hungry = True

    def feed(self, data: bytes) -> tuple[bytes, int]:
        out = self._lz4.decompress(data, PIECE_BYTES)
        self.done, self.hungry = bool(self._lz4.eof), bool(self._lz4.needs_input)
        return out, len(self._lz4.unused_data or b"") if self.done else 0


class Bz2:
    def __init__(self) -> None:
        self._bz2 = bz2.BZ2Decompressor()
        self.done = False
        self.hungry = True

    def feed(self, data: bytes) -> tuple[bytes, int]:
        try:
            out = self._bz2.decompress(data, PIECE_BYTES)
        except OSError as e:  # what the module raises for damage; here it would be taken for trouble of a store
            raise RuntimeError(str(e)) from e
        self.done, self.hungry = self._bz2.eof, self._bz2.needs_input
        return out, len(self._bz2.unused_data) if self.done else 0


class Zstd:
    def __init__(self, dictionary: bytes | None, max_window_mib: int) -> None:
        words = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        limit = max_window_mib << 20
        self._zstd = zstandard.ZstdDecompressor(dict_data=words, max_window_size=limit).decompressobj()
        self.done = False
        self.hungry = True

    def feed(self, data: bytes) -> tuple[bytes, int]:
        out = self._zstd.decompress(data)
        self.done = bool(self._zstd.eof)
        return out, len(self._zstd.unused_data) if self.done else 0


@dataclass(frozen=True)
class Codec:
    """How one file is compressed: the kind, the dictionary its frames need, if any, and the longest window of theirs
    that is held.
    """

    kind: Compression
    dictionary: bytes | None = None
    max_window_mib: int = WINDOW_MIB

    def inflater(self) -> Inflater:
        if self.kind in ("gz", "bz2"):
            return Gzip() if self.kind == "gz" else Bz2()
        return Lz4() if self.kind == "lz4" else Zstd(self.dictionary, self.max_window_mib)

    def longer_window(self, head: bytes) -> str | None:
        """What the member needs that begins with `head`, where its window is longer than is held; else null."""
        return longer_window(head, self.max_window_mib) if self.kind == "zst" else None


def codec_of(stored: Stored) -> Codec | None:
    """The codec that the first bytes of a file announce; None when it is not compressed."""
    at = 0
    while is_skippable(head := stored.read(at, 4)):
        size = int.from_bytes(stored.read(at + 4, 4), "little")
        if head == DICTIONARY and size <= MAX_DICTIONARY_BYTES:
            words = stored.read(at + 8, size)
            if words.startswith(MAGIC["zst"]):
                words = _inflated_dictionary(words)
            return Codec("zst", words, stored.max_window_mib) if words else None
        at += 8 + size
    announced = (Codec(kind, None, stored.max_window_mib) for kind, magic in MAGIC.items() if head.startswith(magic))
    return next(announced, None)


class Member:
    """One member of a compressed file, from the byte at `offset`."""

    def __init__(self, stored: Stored, codec: Codec, offset: int) -> None:
        self._stored = stored
        self._codec = codec
        self._head = b""
        self._feed_bytes = FEED_BYTES[codec.kind]
        self.offset = offset
        self.position = offset
        self._is_quick = codec.kind == "gz"
        self._inflater = Gzip(quick=True) if self._is_quick else codec.inflater()
        self._damage: DamagedData | None = None
        self._inflated = 0
        self._given = 0  # of what is inflated again

    def peek(self, count: int) -> bytes:
        """At least `count` inflated bytes, fewer only if the member is shorter; they are given again by `more`."""
        while len(self._head) < count and (piece := self._next()):
            self._head += piece
        return self._head

    @property
    def done(self) -> bool:
        """Whether the member was inflated to its end, and `peek` gives all of it, if `more` gave nothing yet."""
        return self._inflater.done

    def more(self) -> bytes:
        """The next inflated bytes, b"" at the end. Raises DamagedData, after which `position` says how far it came."""
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._next()

    def _next(self) -> bytes:
        inflater = self._inflater
        if self._damage:
            raise self._damage
        while not inflater.done:
            data = self._stored.read(self.position, self._feed_bytes) if inflater.hungry else b""
            try:
                out, unused = inflater.feed(data)
            except QUICK_ERROR:
                inflater = self._begin_again()
                continue
            except INFLATE_ERRORS as e:
                long = self._codec.longer_window(self._stored.read(self.offset, FRAME_HEAD_BYTES))
                self._damage = DamagedData(f"long_window: {long}" if long else f"bad_{self._codec.kind}: {e}")
                raise self._damage from e
            self.position += len(data) - unused
            self._inflated += len(out)
            if self._inflated > max(FREE_BYTES, MOST_TIMES * (self.position - self.offset)):
                self._damage = DamagedData(f"inflates_too_far: to more than {MOST_TIMES:,} times its size")
                raise self._damage
            if self._given:
                out, self._given = out[self._given :], max(0, self._given - len(out))
            if out:
                return out
            if not data and not inflater.done and inflater.hungry:
                if self._is_quick:  # zlib may have a few bytes more to give
                    inflater = self._begin_again()
                    continue
                self._damage = DamagedData(f"truncated_{self._codec.kind}")
                raise self._damage
        return b""

    def _begin_again(self) -> Inflater:
        """Inflate from the beginning without the short cut; what was given already is left out."""
        self._given, self._inflated, self.position = self._inflated, 0, self.offset
        self._is_quick, self._inflater = False, self._codec.inflater()
        return self._inflater


def opened(stored: Stored, codec: Codec, offset: int) -> Member | None:
    """The member that begins at `offset`, or None when no member begins there."""
    return Member(stored, codec, offset) if stored.read(offset, 4).startswith(MAGIC[codec.kind]) else None


def is_skippable(head: bytes) -> bool:
    """Whether a frame without content, of Zstandard or LZ4, begins with these bytes, at least 4 of them."""
    return head[1:4] == SKIPPABLE and 0x50 <= head[0] <= 0x5F


def skippable_bytes(stored: Stored, offset: int) -> int:
    """How many bytes a skippable frame at `offset` takes up; 0 when there is none."""
    if not is_skippable(stored.read(offset, 4)):
        return 0
    return min(8 + int.from_bytes(stored.read(offset + 4, 4), "little"), stored.size - offset)


def _inflated_dictionary(words: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(words, max_output_size=MAX_DICTIONARY_BYTES)
    except zstandard.ZstdError:
        return b""
