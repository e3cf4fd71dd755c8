"""Lines of a file, in blocks: each line with its offset, bounded however long a line is."""

from collections.abc import Iterator
from dataclasses import dataclass

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.codecs import codec_of
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.operators.readers.framing.stored import BLOCK_BYTES, Stored
from corpusmill.operators.readers.framing.stream import Stream, stream_of

COMPRESSION = "compression"


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines that lie one behind the other, or one stretch that cannot be had.

    offset: byte in the file; of a compressed one the stored offset of the member it begins in, and the number of
    inflated bytes of that member before it. Lines of a block are as far apart as they are long.
    """

    offset: int
    data: bytes = b""
    lost: int = 0  # bytes of a stretch that cannot be had
    failure: str | None = None


def lines_of(stored: Stored, span: Span, max_bytes: int) -> Iterator[Lines]:
    """Blocks of whole lines, in order, with every line that is the span's own; see `stream`.

    A line that is longer than `max_bytes`, line end included, is passed over: `record_too_large`.
    """
    stored.require(span)
    stream = stream_of(stored, span) if span.start < span.end else None
    if stream is not None and (span.start == 0 or pass_span_before(stream)):
        yield from _blocks(stream, max_bytes)


def closing(stored: Stored) -> str:
    """Why the lines of a span may not add up to it; see `Rows.close`."""
    return OTHER_SPAN if codec_of(stored) is None else COMPRESSION


def _blocks(stream: Stream, max_bytes: int) -> Iterator[Lines]:
    kept: list[bytes] = []  # the beginning of a line whose end was not seen yet
    offset = size = 0  # where it begins, how long it is
    while True:
        piece = stream.more()
        begin = stream.offset - len(piece)
        if not size:
            offset = begin
        if not piece and stream.damage is not None:
            yield Lines(offset, lost=stream.lost, failure=stream.damage)
            kept, size = [], 0
            if not stream.resume():
                return
            pass_line(stream)
            continue
        cut = piece.rfind(b"\n") + 1 if piece else 0
        if cut and offset + size != begin:  # of another member: what is behind the line counts from there
            cut = piece.find(b"\n") + 1
            stream.unread(piece[cut:])
            piece = piece[:cut]
        if cut or not piece:
            block = b"".join([*kept, piece[:cut]]) if kept else piece[:cut]
            yield from _within(offset, block, max_bytes)
            offset += len(block)
            kept, size = [piece[cut:]], len(piece) - cut
            if not piece:
                return
        else:
            kept.append(piece)
            size += len(piece)
        if size > max_bytes:
            kept = []
            size += pass_line(stream)
            yield Lines(offset, lost=size, failure=f"record_too_large: {size}")
            size = 0


def _within(offset: int, block: bytes, max_bytes: int) -> Iterator[Lines]:
    """The lines of `block`, as one block where no line is too long."""
    if len(block) <= max_bytes:
        if block:
            yield Lines(offset, block)
        return
    at = 0
    while at < len(block):
        stop = block.find(b"\n", at) + 1 or len(block)
        if stop - at > max_bytes:
            yield Lines(offset + at, lost=stop - at, failure=f"record_too_large: {stop - at}")
            at = stop
            continue
        stop = max(block.rfind(b"\n", at, at + min(max_bytes, BLOCK_BYTES)) + 1, stop)
        yield Lines(offset + at, block[at:stop])
        at = stop


def each_line(data: bytes) -> Iterator[bytes]:
    """Lines with their ends; LF alone ends a line."""
    at = 0
    while at < len(data):
        stop = data.find(b"\n", at) + 1 or len(data)
        yield data[at:stop]
        at = stop


def pass_line(stream: Stream) -> int:
    """Pass over the rest of a line; how many bytes it had. What lies behind its end stays in the stream."""
    passed = 0
    while piece := stream.more():
        cut = piece.find(b"\n") + 1
        if cut:
            stream.unread(piece[cut:])
            return passed + cut
        passed += len(piece)
    return passed


def pass_span_before(stream: Stream) -> bool:
    """Pass over what the span before reads: up to a line end, or a damage and the line it breaks; False if that is all.

    A line that takes up the whole span is not looked at beyond it.
    """
    while piece := stream.more():
        if stream.past:
            return False
        cut = piece.find(b"\n") + 1
        if cut:
            stream.unread(piece[cut:])
            return True
    if stream.damage is None or not stream.resume():
        return False
    pass_line(stream)
    return True
