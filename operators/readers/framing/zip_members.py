"""Members of a zip archive one after another, each as a file, however large the archive or its list of members.

Source:   PKWARE, APPNOTE.TXT 6.3.10: the end of the central directory (4.3.14 to 4.3.16), its entries (4.3.12), local
          heads (4.3.7), Zip64 sizes (4.5.3).
Deviates: an archive in several volumes is damaged; a name that is not marked as UTF-8 is UTF-8 where it can be, as most
          programs write it, else code page 437.
"""

import bz2
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Any

from corpusmill.errors import DamagedData
from corpusmill.operators.readers.framing.stored import BLOCK_BYTES, Stored

LOCAL, ENTRY, END, LOCATOR, END64 = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
ZIP64_FIELD, ENCRYPTED, IN_UTF8 = 1, 1, 1 << 11
METHODS = STORED, DEFLATED, BZIPPED = 0, 8, 12
FIELDS_OF_END = Struct("<4s4H2LH")
FIELDS_OF_END64 = Struct("<4sQ2H2L4Q")
FIELDS_OF_ENTRY = Struct("<4s6H3L5H2L")
FIELDS_OF_LOCAL = Struct("<4s5H3L2H")
FULL = 0xFFFFFFFF
MOST_COMMENT = 0xFFFF
LOCATOR_BYTES = 20
FEED_BYTES = 64 << 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One member, as the list at the end of the archive has it. offset: of its local head in the file."""

    name: str
    offset: int
    packed_bytes: int
    size_bytes: int
    method: int
    crc: int
    encrypted: bool


def is_zip(stored: Stored) -> bool:
    """Whether a file begins as a zip archive does, with a member or, of an empty one, with its end."""
    return stored.read(0, len(LOCAL)) in (LOCAL, END)


def entries(stored: Stored) -> Iterator[Entry]:
    """The members in the order of the list at the end, folders too. Raises DamagedData where the list cannot be read,
    or its members are longer together than the file.
    """
    at, end, shift = _directory(stored)
    packed = 0
    while at < end:
        head = stored.read(at, FIELDS_OF_ENTRY.size)
        if len(head) < FIELDS_OF_ENTRY.size or head[:4] != ENTRY:
            raise DamagedData("bad_zip: the list of members breaks off")
        _, _, _, flags, method, _, _, crc, small, size, name, extra, comment, _, _, _, offset = FIELDS_OF_ENTRY.unpack(
            head
        )
        behind = stored.read(at + FIELDS_OF_ENTRY.size, name + extra)
        at += FIELDS_OF_ENTRY.size + name + extra + comment
        size, small, offset = _in_64_bits(behind[name:], (size, small, offset))
        packed += small
        if packed > stored.size or offset + shift + small > stored.size:
            raise DamagedData("bad_zip: its members do not fit into the file")
        yield Entry(
            name=_decoded(behind[:name], bool(flags & IN_UTF8)),
            offset=offset + shift,
            packed_bytes=small,
            size_bytes=size,
            method=method,
            crc=crc,
            encrypted=bool(flags & ENCRYPTED),
        )


def _directory(stored: Stored) -> tuple[int, int, int]:
    """Where the list of members begins and ends, and how many bytes there are in front of the archive."""
    start = max(0, stored.size - FIELDS_OF_END.size - MOST_COMMENT)
    tail = stored.read(start, stored.size - start)
    found = tail.rfind(END)
    if found < 0 or len(tail) - found < FIELDS_OF_END.size:
        raise DamagedData("bad_zip: its end, with the list of members, is missing")
    _, disk, first, _, _, size, offset, _ = FIELDS_OF_END.unpack_from(tail, found)
    end = start + found
    locator = stored.read(end - LOCATOR_BYTES, LOCATOR_BYTES) if end >= LOCATOR_BYTES else b""
    if locator[:4] == LOCATOR:
        stated = int.from_bytes(locator[8:16], "little"), end - LOCATOR_BYTES - FIELDS_OF_END64.size
        places = [at for at in stated if at >= 0 and stored.read(at, 4) == END64]
        if not places or len(head := stored.read(places[0], FIELDS_OF_END64.size)) < FIELDS_OF_END64.size:
            raise DamagedData("bad_zip: its Zip64 end is missing")
        end = places[0]
        disk, first, size, offset = (FIELDS_OF_END64.unpack(head)[k] for k in (4, 5, 8, 9))
    if disk or first:
        raise DamagedData("bad_zip: one volume of several")
    shift = end - size - offset
    if shift < 0:
        raise DamagedData("bad_zip: its list of members does not fit into the file")
    return offset + shift, end, shift


def _in_64_bits(extra: bytes, sizes: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and offset, those that do not fit into 32 bits from the Zip64 field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == ZIP64_FIELD:
            values = iter(range(at + 4, at + 4 + length - 7, 8))
            places = [next(values, None) if size == FULL else None for size in sizes]
            whole = [
                size if place is None else int.from_bytes(extra[place : place + 8], "little")
                for size, place in zip(sizes, places, strict=True)
            ]
            return whole[0], whole[1], whole[2]
        at += 4 + length
    return sizes


def _decoded(name: bytes, in_utf8: bool) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if in_utf8 else name.decode("cp437")


def members_in(head: bytes) -> Iterator[tuple[str, bytes]]:
    """The members that begin in the first bytes of an archive, each with as much of its content as lies there."""
    at = 0
    while head[at : at + 4] == LOCAL and len(head) - at >= FIELDS_OF_LOCAL.size:
        _, _, flags, method, _, _, _, packed, _, name, extra = FIELDS_OF_LOCAL.unpack_from(head, at)
        begin = at + FIELDS_OF_LOCAL.size
        at = begin + name + extra + packed
        if begin + name > len(head):
            return
        content = head[begin + name + extra : at if packed else len(head)]
        if flags & ENCRYPTED or method not in (STORED, DEFLATED):
            content = b""
        elif method == DEFLATED:
            try:
                content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, len(head))
            except zlib.error:
                content = b""
        yield _decoded(head[begin : begin + name], bool(flags & IN_UTF8)), content


class MemberFile(io.RawIOBase):
    """A member as a binary file to read from; holds one block of it. A step back inflates it again from its begin.

    Where it is damaged it ends, and `damage` says why; it never gives more than the size that its entry states.
    """

    def __init__(self, stored: Stored, entry: Entry) -> None:
        self._stored, self._entry = stored, entry
        self._at = 0
        self.damage: str | None = None
        self._pieces = self._inflated()
        self._piece, self._piece_at = b"", 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._entry.size_bytes}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        if self._at < self._piece_at:
            self._pieces, self._piece, self._piece_at = self._inflated(), b"", 0
        while self._at >= self._piece_at + len(self._piece):
            self._piece_at += len(self._piece)
            self._piece = next(self._pieces, b"")
            if not self._piece:
                return 0
        begin = self._at - self._piece_at
        found = self._piece[begin : begin + len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _inflated(self) -> Iterator[bytes]:
        """The content in pieces, up to a damage."""
        entry, size, crc = self._entry, 0, 0
        try:
            for piece in _unpacked(self._stored, entry):
                size += len(piece)
                if size > entry.size_bytes:
                    raise DamagedData("it is longer than stated")
                crc = zlib.crc32(piece, crc)
                yield piece
            if size < entry.size_bytes:
                raise DamagedData(f"it breaks off after {size:,} of {entry.size_bytes:,} bytes")
            if crc != entry.crc:
                raise DamagedData("its checksum is another")
        except (zlib.error, OSError, EOFError, DamagedData) as e:
            self.damage = self.damage or str(e)


def _unpacked(stored: Stored, entry: Entry) -> Iterator[bytes]:
    """The content of a member in pieces of at most 1 MiB."""
    head = stored.read(entry.offset, FIELDS_OF_LOCAL.size)
    if len(head) < FIELDS_OF_LOCAL.size or head[:4] != LOCAL:
        raise DamagedData("its head is missing")
    name, extra = FIELDS_OF_LOCAL.unpack(head)[-2:]
    at = entry.offset + FIELDS_OF_LOCAL.size + name + extra
    end = at + entry.packed_bytes
    deflated, bzipped = zlib.decompressobj(-zlib.MAX_WBITS), bz2.BZ2Decompressor()
    while at < end:
        fed = stored.read(at, min(FEED_BYTES, end - at))
        if not fed:
            return
        at += len(fed)
        if entry.method == STORED:
            yield fed
        elif entry.method == BZIPPED:
            while piece := bzipped.decompress(fed, BLOCK_BYTES):
                yield piece
                if bzipped.eof:
                    return
                fed = b""
        else:
            while piece := deflated.decompress(fed, BLOCK_BYTES):
                yield piece
                fed = deflated.unconsumed_tail
    if entry.method == DEFLATED and (piece := deflated.flush()):
        yield piece
