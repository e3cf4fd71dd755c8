"""What a store did wrong, told apart from what is wrong with the bytes of a file.

A library that reads a file reports both alike. Damage is a row, the same in every run; a connection that broke off, a
credential that expired or a lack of memory is not, and the unit must be tried again.
"""

import io
from typing import BinaryIO


class Storage(io.RawIOBase, BinaryIO):  # pyright: ignore[reportIncompatibleMethodOverride]  as all of io's classes do
    """An open file that remembers the last error of reading it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._error: Exception | None = None

    def raise_if_failed(self) -> None:
        """Raise the error that reading met, if it met one."""
        if self._error is not None:
            raise self._error

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._file.read(size)
        except Exception as e:
            self._error = e
            raise

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
