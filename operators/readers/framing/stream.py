"""A file as one stream of bytes, inflated when it is compressed, told where damage ends it."""

from operators.readers.framing.codecs import Codec, Damage, Member, opened
from operators.readers.framing.stored import BLOCK_BYTES, Stored


class Stream:
    """The bytes of a file from stored byte `start` on, all members of a compressed one in a row.

    After `more` gave b"", `damage` says why the stream ended before the file did, or is None.
    """

    def __init__(self, stored: Stored, codec: Codec | None, start: int = 0) -> None:
        self._stored, self._codec = stored, codec
        self._member: Member | None = None
        self.position = start
        self.damage: str | None = None

    def more(self) -> bytes:
        if self._codec is None:
            piece = self._stored.read(self.position, BLOCK_BYTES)
            self.position += len(piece)
            return piece
        while self.damage is None and self.position < self._stored.size:
            if self._member is None:
                self._member = opened(self._stored, self._codec, self.position)
                if self._member is None:
                    self.damage = f"not_{self._codec.kind}: {self._stored.read(self.position, 16)!r}"
                    break
            try:
                piece = self._member.more()
            except Damage as e:
                self.damage = str(e)
                break
            self.position = self._member.position
            if piece:
                return piece
            self._member = None
        return b""
