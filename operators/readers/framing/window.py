"""A forward view of a stream of bytes that holds no more than what is asked for."""

from collections.abc import Callable


class Window:
    """Bytes from `more` (b"" when there are no more), looked at, taken or dropped from the front."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self.data = b""
        self.at = 0  # what lies before it in `data` is spent
        self.taken = 0  # bytes spent since the beginning
        self.ended = False

    @property
    def held(self) -> int:
        return len(self.data) - self.at

    def fill(self, count: int) -> bool:
        """Whether `count` bytes could be had; they then lie at `data[at:]`."""
        held = self.held
        if held >= count:
            return True
        pieces = [self.data[self.at :]]
        try:
            while held < count and not self.ended:
                piece = self._more()
                self.ended = not piece
                held += len(piece)
                pieces.append(piece)
        finally:
            self.data, self.at = b"".join(pieces), 0
        return held >= count

    def take(self, count: int) -> bytes:
        """The next `count` bytes, which must have been filled."""
        out = self.data[self.at : self.at + count]
        self.at += len(out)
        self.taken += len(out)
        return out

    def drop(self, count: int) -> int:
        """Pass over `count` bytes without holding them; how many there were."""
        passed = 0
        while passed < count and self.fill(1):
            step = min(self.held, count - passed)
            self.at += step
            self.taken += step
            passed += step
        return passed

    def unread(self, block: bytes) -> None:
        """Put `block`, just taken, back in front."""
        self.data, self.at = block + self.data[self.at :], 0
        self.taken -= len(block)
