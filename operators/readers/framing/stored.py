"""A file as it lies in storage: bytes at an offset, read through one block so that small reads stay cheap."""

import re
from typing import BinaryIO

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB

BLOCK_BYTES = 1 << 20


class Stored:
    """Random access to an open binary file; holds one block of 1 MiB, never the file.

    What is returned depends on the offset alone and never on what was read before, so that two spans of one file see
    the same pieces.

    max_window_mib: the longest window of a Zstandard frame in it that is held.
    """

    def __init__(self, file: BinaryIO, max_window_mib: int = WINDOW_MIB) -> None:
        self.file, self.max_window_mib = file, max_window_mib
        self.size = file.seek(0, 2)
        self._block = b""
        self._block_at = 0

    def read(self, offset: int, count: int) -> bytes:
        """The `count` bytes at `offset`; fewer only where the file ends."""
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        at = offset - self._block_at
        if at >= 0 and at + count <= len(self._block):
            return self._block[at : at + count]
        if count >= BLOCK_BYTES:
            return self._fetch(offset, count)
        self._block, self._block_at = self._fetch(offset, BLOCK_BYTES), offset
        return self._block[:count]

    def find(self, pattern: bytes, start: int, stop: int | None = None) -> int:
        """Offset of the first `pattern` that begins at or after `start` and before `stop`; -1 if there is none."""
        stop = self.size if stop is None else stop
        while start < stop:
            piece = self.read(start, BLOCK_BYTES)
            at = piece.find(pattern)
            if at >= 0:
                return start + at if start + at < stop else -1
            if len(piece) < BLOCK_BYTES:
                return -1
            start += len(piece) - len(pattern) + 1
        return -1

    def search(self, pattern: re.Pattern[bytes], start: int, stop: int, width: int) -> int:
        """As `find`, for a pattern that matches at most `width` bytes."""
        while start < stop:
            piece = self.read(start, BLOCK_BYTES)
            found = pattern.search(piece)
            if found:
                return start + found.start() if start + found.start() < stop else -1
            if len(piece) < BLOCK_BYTES:
                return -1
            start += len(piece) - width
        return -1

    def is_blank(self, start: int, stop: int) -> bool:
        """Whether the bytes from `start` up to `stop` are all NUL."""
        while start < stop:
            piece = self.read(start, min(BLOCK_BYTES, stop - start))
            if not piece or piece.count(0) < len(piece):
                return False
            start += len(piece)
        return True

    def require(self, span: Span) -> None:
        """Raise ValueError when the file is shorter than the span: it was replaced, or its size was misread."""
        if not 0 <= span.start <= span.end <= self.size:
            raise ValueError(
                f"span {span.start}..{span.end} is not in a file of {self.size} bytes; list the inputs again"
            )

    def _fetch(self, offset: int, count: int) -> bytes:
        self.file.seek(offset)
        pieces: list[bytes] = []
        while count > 0 and (piece := self.file.read(count)):
            pieces.append(piece)
            count -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
