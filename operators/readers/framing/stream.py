"""A file as one stream of bytes, inflated when it is compressed, told where damage breaks it."""

from operators.readers.framing.codecs import MAGIC, Codec, Damage, Member, opened, skippable_bytes
from operators.readers.framing.stored import BLOCK_BYTES, Stored


class Stream:
    """The bytes of a file from stored byte `start` on, all members of a compressed one in a row.

    When `more` gives b"", `damage` is None at the end of the file; else it says what broke the stream, `lost` how many
    stored bytes cannot be read, and `resume` goes on behind them.
    """

    def __init__(self, stored: Stored, codec: Codec | None, start: int = 0) -> None:
        self._stored, self._codec = stored, codec
        self._member: Member | None = None
        self._position = start
        self._unread = b""
        self._resume_at = stored.size
        self.damage: str | None = None
        self.lost = 0

    def more(self) -> bytes:
        if self._unread:
            piece, self._unread = self._unread, b""
            return piece
        if self._codec is None:
            piece = self._stored.read(self._position, BLOCK_BYTES)
            self._position += len(piece)
            return piece
        while self.damage is None and (self._member is not None or self._position < self._stored.size):
            if self._member is None:
                if passed := skippable_bytes(self._stored, self._position):
                    self._position += passed
                    continue
                self._member = opened(self._stored, self._codec, self._position)
                if self._member is None:
                    self._break(f"not_{self._codec.kind}: {self._stored.read(self._position, 16)!r}", self._codec)
                    break
            try:
                piece = self._member.more()
            except Damage as e:
                self._break(str(e), self._codec)
                break
            self._position = self._member.position
            if piece:
                return piece
            self._member = None
        return b""

    def unread(self, piece: bytes) -> None:
        """Put back what `more` gave."""
        self._unread = piece

    def resume(self) -> bool:
        """Go on behind the damage, at the next member that is sound to its end; False if there is none."""
        self.damage, self.lost = None, 0
        self._member, self._position = None, self._resume_at
        return self._position < self._stored.size

    def _break(self, damage: str, codec: Codec) -> None:
        start = self._member.offset if self._member else self._position
        self._resume_at = sound_member_from(self._stored, codec, start + 1)
        self.damage, self.lost = damage, self._resume_at - self._position


def sound_member_from(stored: Stored, codec: Codec, start: int) -> int:
    """Offset of the first member at or after `start` that can be inflated to its end; the end of the file if none."""
    at = start
    while (found := stored.find(MAGIC[codec.kind], at)) >= 0:
        member = Member(stored, codec, found)
        try:
            while member.more():
                pass
        except Damage:
            at = found + 1
            continue
        return found
    return stored.size
