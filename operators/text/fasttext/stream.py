"""Little-endian values read one after another from the bytes of a model file."""

import mmap
import struct

import numpy as np

from corpusmill.errors import InvalidFastText

SHARED_BYTES = 1 << 20  # an array of a mapped file that is as large is a view of it, which processes share


class Stream:
    """Reads forward through `content`, bytes or a mapped file; reading past the end is a InvalidFastText error."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def int32(self) -> int:
        return int(self._value("<i", 4))

    def int64(self) -> int:
        return int(self._value("<q", 8))

    def int8(self) -> int:
        return int(self._value("<b", 1))

    def float64(self) -> float:
        return self._value("<d", 8)

    def flag(self) -> bool:
        return bool(self._value("<?", 1))

    def name(self) -> bytes:
        """Bytes up to the next zero byte."""
        end = self._content.find(b"\0", self._at)
        if end < 0:
            raise InvalidFastText("fastText model: the file ends inside its dictionary")
        found = self._content[self._at : end]
        self._at = end + 1
        return found

    def array(self, dtype: type, count: int) -> np.ndarray:
        """Read values as an aligned array of its own; from a mapped file, where many, as an unaligned view."""
        size = np.dtype(dtype).itemsize * count
        self._need(size)
        found = np.frombuffer(self._content, dtype, count, self._at)
        if size < SHARED_BYTES or not isinstance(self._content, mmap.mmap):
            found = found.copy()
        self._at += size
        return found

    def _value(self, form: str, size: int) -> float:
        self._need(size)
        value = struct.unpack_from(form, self._content, self._at)[0]
        self._at += size
        return value

    def _need(self, size: int) -> None:
        left = len(self._content) - self._at
        if not 0 <= size <= left:
            raise InvalidFastText(f"fastText model: needs {size} bytes at {self._at}, the file has {left} left")
