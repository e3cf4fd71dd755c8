"""A file, or a span of one, as one stream of bytes: inflated when it is compressed, told where damage breaks it.

A span takes up where a line ends, and goes on to where the next span takes up:
- Stored as it is, behind the first line end that is not in front of the byte before the span.
- Compressed, behind the first line end in or after the first sound member that begins in the span. Damage that comes
  before that line end stands for it.
Both spans that meet ask whether a member is sound to its end. One that is not belongs to the span before, as does all
that is lost behind it, so that each line and each damage is told once.
"""

from corpusmill.errors import DamagedData
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.codecs import Codec, Member, codec_of, opened, skippable_bytes
from corpusmill.operators.readers.framing.readable_members import content_begins, is_readable, readable_member_from
from corpusmill.operators.readers.framing.stored import BLOCK_BYTES, Stored


class Stream:
    """The bytes from stored byte `start` up to the first line end behind `end`, all members of a compressed file in a
    row.

    Behind `end`: at or after that byte, of a compressed file in or after the first sound member that begins there or
    later. DamagedData behind it is the end as well.

    When `more` gives b"", `damage` is None at the end of the stream; else it says what broke the stream, `lost` how
    many stored bytes cannot be read, and `resume` goes on behind them.
    offset: of the byte that `more` has yet to give: of a compressed file the stored offset of its member and the number
    of inflated bytes before it; the member at `front`, and what lies there before it, counts from 0.
    past: whether what `more` gave lies behind `end`.
    """

    def __init__(self, stored: Stored, codec: Codec | None, start: int, end: int, front: int = 0) -> None:
        self._stored, self._codec, self._end, self._front = stored, codec, end, front
        self._member: Member | None = None
        self._position = self.offset = start
        self._unread = b""
        self._over = False
        self._resume_at = stored.size
        self.past = False
        self.damage: str | None = None
        self.lost = 0

    def more(self) -> bytes:
        piece = self._unread or self._next()
        self._unread = b""
        self.offset += len(piece)
        return piece

    def unread(self, piece: bytes) -> None:
        """Put back the end of what `more` gave."""
        self._unread = piece
        self.offset -= len(piece)

    def resume(self) -> bool:
        """Go on behind the damage, at the next member that is sound to its end; False if there is none, or not here."""
        self.damage, self.lost = None, 0
        self._member, self._position = None, self._resume_at
        return not self.past and self._position < self._stored.size

    def _next(self) -> bytes:
        if self._over:
            return b""
        piece = self._inflated(self._codec) if self._codec else self._read()
        if self.past and (cut := piece.find(b"\n") + 1):
            self._over = True
            return piece[:cut]
        return piece

    def _read(self) -> bytes:
        self.past = self._position >= self._end
        count = BLOCK_BYTES if self.past else min(BLOCK_BYTES, self._end - self._position)
        piece = self._stored.read(self._position, count)
        self._position += len(piece)
        return piece

    def _inflated(self, codec: Codec) -> bytes:
        while self.damage is None and (self._member is not None or self._position < self._stored.size):
            member = self._member or self._opened(codec)
            if member is None:
                continue
            try:
                piece = member.more()
            except DamagedData as e:
                self._break(str(e), codec)
                break
            self._position = member.position
            if piece:
                return piece
            self._member = None
        return b""

    def _opened(self, codec: Codec) -> Member | None:
        """The member at the position; None when there was a frame without content, now passed, or damage."""
        at = self._position
        if passed := skippable_bytes(self._stored, at):
            # One whose length is wrong does not hide the members behind it; those in front may hold a dictionary.
            behind = at + passed
            self._position = behind if at < self._front else readable_member_from(self._stored, codec, at + 1, behind)
            return None
        self.offset = 0 if at <= self._front else at
        self._member = opened(self._stored, codec, at)
        if self._member is None:
            self._break(f"not_{codec.kind}: {self._stored.read(at, 16)!r}", codec)
        elif at >= self._end and not self.past:
            self.past = is_readable(self._stored, codec, at)
        return self._member

    def _break(self, damage: str, codec: Codec) -> None:
        start = self._member.offset if self._member else self._position
        self._resume_at = readable_member_from(self._stored, codec, start + 1)
        self.damage, self.lost = damage, self._resume_at - self._position


def stream_of(stored: Stored, span: Span) -> Stream | None:
    """What lies in a span, with the end of the line in front that `pass_span_before` passes over; None if nothing."""
    codec = codec_of(stored)
    if codec is None:
        # A line that begins with the span is the span's own, which the byte in front tells.
        return Stream(stored, None, max(0, span.start - 1), span.end if span.end == stored.size else span.end - 1)
    front = content_begins(stored, codec)
    start = span.start and readable_member_from(stored, codec, max(span.start, front), span.end)
    return Stream(stored, codec, start, max(span.end, front), front) if start < span.end else None
