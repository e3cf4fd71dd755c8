"""Reads and writes bundles: several files of one unit in one object of a store, so that few requests bring them all.

A bundle is `bundles/UNIT.bundle`: the files one after another, then an index as JSON, then its length and a magic word.
Large files lie apart, under names of their own, and the index has their sizes. The index also has what the unit
returned: a bundle is written last, so that a unit with a bundle is done.

A file `FOLDER/UNIT.rest`, where UNIT is 32 hexadecimal digits, is looked for in the bundle of its unit. Bundles never
change once they are written: the units that write them again write the same bytes.
"""

import io
import json
import re
import shutil
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

FOLDER = "bundles"
SUFFIX = ".bundle"
TAIL_BYTES = 1 << 20  # fetched of a bundle at first: a smaller one comes whole
INDEX_BYTES = 1 << 16  # fetched of a large bundle of which only the index is needed: it is rarely longer; a guess
APART_BYTES = 32 << 20  # of a file that lies apart; a guess
CACHE_BYTES = 128 << 20  # of bundles that a process keeps
WORKER_CACHE_BYTES = 8 << 20  # of each cache of a process that runs units: its memory is that of the unit
MOST_INDEX_BYTES = 1 << 30  # no unit returns as much: a length above it is none
JSON_IN_MEMORY = 8  # bytes that a byte of an index becomes: 6.7 measured on a tally of four words and a number
BLOCK_BYTES = 4 << 20  # of a large file that is fetched at once, at least; a guess
NEVER = "bundles|difference|leaves"  # folders of files that no unit commits with its marker
UNIT_FILE = re.compile(rf"(?!(?:{NEVER})/)[a-z]+/([0-9a-f]{{32}})[.-][^/]*(?<!\.json)")
_END = struct.Struct("<Q8s")
_MAGIC = b"CMBNDL01"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle as it was read. files: where each begins and ends; apart: sizes of those under names of their own.

    tail: the bytes from tail_begin to the end, if they were kept: all of a small bundle.
    """

    files: Mapping[str, tuple[int, int]]
    apart: Mapping[str, int]
    result: Mapping[str, Any]
    tail: bytes = b""
    tail_begin: int = 0
    index_bytes: int = 0

    @property
    def is_whole(self) -> bool:
        return bool(self.tail) and not self.tail_begin

    @property
    def in_memory_bytes(self) -> int:
        """About what it takes to keep it."""
        return len(self.tail) + JSON_IN_MEMORY * self.index_bytes

    def bytes_between(self, begin: int, end: int) -> bytes | None:
        """A stretch of the object; null where it is not at hand."""
        if begin < self.tail_begin or end > self.tail_begin + len(self.tail):
            return None
        return self.tail[begin - self.tail_begin : end - self.tail_begin]

    def without_tail(self) -> Self:
        """The same with its index alone."""
        return replace(self, tail=b"", tail_begin=0)

    def size_of(self, name: str) -> int | None:
        """Bytes of a file; null where the unit has none of that name."""
        if name in self.files:
            begin, end = self.files[name]
            return end - begin
        return self.apart.get(name)


def bundle_of(name: str) -> str | None:
    """The bundle that a file of a unit is looked for in; null for a file that is of no unit.

    >>> bundle_of("keys/00112233445566778899aabbccddeeff.url.arrow")
    'bundles/00112233445566778899aabbccddeeff.bundle'
    >>> bundle_of("units/ingest/00112233445566778899aabbccddeeff.json"), bundle_of("_live.json")
    (None, None)
    """
    found = UNIT_FILE.fullmatch(name)
    return None if found is None else f"{FOLDER}/{found[1]}{SUFFIX}"


def write(path: Path, files: Mapping[str, Path], apart: Mapping[str, int], result: Mapping[str, Any]) -> None:
    """Write a bundle to a local file."""
    places: dict[str, tuple[int, int]] = {}
    with path.open("wb") as out:
        for name, file in sorted(files.items()):
            begin = out.tell()
            with file.open("rb") as content:
                shutil.copyfileobj(content, out, 1 << 20)
            places[name] = (begin, out.tell())
        index = json.dumps({"files": places, "apart": dict(apart), "result": result}, sort_keys=True).encode()
        out.write(index + _END.pack(len(index), _MAGIC))


def missing_bytes(tail: bytes) -> int:
    """How many more bytes of a bundle's end than these its index needs; 0 where it is all there.

    ValueError where these are not the last bytes of a bundle.
    """
    if len(tail) < _END.size or tail[-8:] != _MAGIC:
        raise ValueError("its last bytes are missing")
    length = _END.unpack(tail[-_END.size :])[0]
    if length > MOST_INDEX_BYTES:
        raise ValueError(f"its index would be {length:,} bytes long")
    return max(0, length + _END.size - len(tail))


def parse(tail: bytes, *, complete: bool = False) -> Bundle:
    """A bundle from its last bytes, which hold all of its index; complete: they are all of the object.

    ValueError where they are not those of a bundle.
    """
    if missing_bytes(tail):
        raise ValueError("its index is cut off")
    length = _END.unpack(tail[-_END.size :])[0]
    at = len(tail) - _END.size - length
    try:
        index = json.loads(tail[at : at + length])
        files = {str(name): (int(begin), int(end)) for name, (begin, end) in index["files"].items()}
        apart = {str(name): int(size) for name, size in index["apart"].items()}
        result = dict(index["result"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise ValueError(f"its index cannot be read ({type(e).__name__}: {str(e)[:200]})") from e
    ends = max((end for _, end in files.values()), default=0)  # the index follows the last file at once
    if any(not 0 <= begin <= end for begin, end in files.values()) or ends < at or (complete and ends != at):
        raise ValueError("its index names other bytes than it has")
    return Bundle(files=files, apart=apart, result=result, tail=tail, tail_begin=ends - at, index_bytes=length)


@dataclass
class Allowed:
    """How many bytes each cache of this process may hold, whatever its own size."""

    cache_bytes: int = CACHE_BYTES


_allowed = Allowed()


def allow(cache_bytes: int) -> None:
    """Let each cache of this process, which runs units, hold at most so many bytes."""
    _allowed.cache_bytes = cache_bytes


@dataclass
class Cache:
    """What a process has read of objects that never change, by address; the least used go first."""

    most_bytes: int = CACHE_BYTES
    _held: "OrderedDict[tuple[str, str], tuple[Any, int]]" = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[str, str]) -> Any | None:
        """What is held under an address; null where nothing is."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: tuple[str, str], value: Any, size_bytes: int) -> None:
        """Hold a value of so many bytes, unless it alone is more than may be held."""
        most_bytes = min(self.most_bytes, _allowed.cache_bytes)
        with self._lock:
            self._bytes -= self._held.pop(key, (None, 0))[1]
            if size_bytes > most_bytes:
                return
            self._held[key] = (value, size_bytes)
            self._bytes += size_bytes
            while self._bytes > most_bytes:
                self._bytes -= self._held.popitem(last=False)[1][1]

    def drop(self, key: tuple[str, str]) -> None:
        """Hold nothing under an address any more."""
        with self._lock:
            self._bytes -= self._held.pop(key, (None, 0))[1]

    def keep_only(self, stores: Collection[str]) -> None:
        """Hold nothing any more of other stores than those of these addresses."""
        with self._lock:
            for key in [key for key in self._held if key[0] not in stores]:
                self._bytes -= self._held.pop(key)[1]

    def __reduce__(self) -> tuple[type["Cache"], tuple[int]]:
        return Cache, (self.most_bytes,)


class Stretch(io.RawIOBase):
    """A stretch of an object of a store as a file, whose size is known: no request asks for it.

    fetch: gives the bytes from one place of the object to another.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], begin: int, end: int) -> None:
        self._fetch, self._begin, self._size, self._at = fetch, begin, end - begin, 0
        self._block, self._block_at = b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), max(self._size - self._at, 0))
        if not length:
            return 0
        if not self._block_at <= self._at <= self._at + length <= self._block_at + len(self._block):
            end = min(self._at + max(length, BLOCK_BYTES), self._size)
            self._block, self._block_at = self._fetch(self._begin + self._at, self._begin + end), self._at
        begin = self._at - self._block_at
        buffer[:length] = self._block[begin : begin + length]
        self._at += length
        return length
