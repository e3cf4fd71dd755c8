"""Lines of a file, in blocks: each line with its offset, bounded however long a line is."""

from collections.abc import Iterator
from dataclasses import dataclass

from operators.contract import Span
from operators.readers.framing.codecs import codec_of
from operators.readers.framing.rows import OTHER_SPAN
from operators.readers.framing.stored import BLOCK_BYTES, Stored
from operators.readers.framing.stream import Stream

COMPRESSION = "compression"


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines that lie one behind the other, or one stretch that cannot be had.

    offset: byte in the file, or, for a compressed file, in what it inflates to.
    """

    offset: int
    data: bytes = b""
    lost: int = 0  # bytes of a stretch that cannot be had
    failure: str | None = None


def lines_of(stored: Stored, span: Span, max_bytes: int) -> Iterator[Lines]:
    """Blocks of whole lines, in order, with every line that begins in the span.

    A line that is longer than `max_bytes`, line end included, is passed over: `record_too_large`. A compressed file
    belongs to the span that begins it, whole.
    """
    stored.require(span)
    codec = codec_of(stored)
    if span.start == span.end or (codec is not None and span.start > 0):
        return
    if codec is not None:
        yield from _blocks(Stream(stored, codec), 0, None, max_bytes)
        return
    start = span.start
    if start > 0:
        found = stored.find(b"\n", start - 1, span.end - 1)
        if found < 0:
            return
        start = found + 1
    yield from _blocks(Stream(stored, None, start), start, span.end, max_bytes)


def closing(stored: Stored, span: Span) -> str:
    """Why the lines of a span may not add up to it; see `Rows.close`."""
    return OTHER_SPAN if span.start or codec_of(stored) is None else COMPRESSION


def _blocks(stream: Stream, offset: int, end: int | None, max_bytes: int) -> Iterator[Lines]:
    """Blocks from `offset` on, up to the line that begins at or behind `end`."""
    kept: list[bytes] = []  # the beginning of a line whose end was not seen yet
    size = 0
    while end is None or offset < end:
        piece = stream.more()
        if not piece and stream.damage is not None:
            yield Lines(offset, lost=stream.lost, failure=stream.damage)
            offset += size
            kept, size = [], 0
            if not stream.resume():
                return
            offset += pass_line(stream)
            continue
        cut = piece.rfind(b"\n") + 1 if piece else 0
        if cut or not piece:
            block = b"".join([*kept, piece[:cut]]) if kept else piece[:cut]
            yield from _within(offset, block, end, max_bytes)
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
            offset += size
            size = 0


def _within(offset: int, block: bytes, end: int | None, max_bytes: int) -> Iterator[Lines]:
    """The lines of `block` that begin before `end`, as one block where no line is too long."""
    if end is not None and offset + len(block) > end:
        last = block.find(b"\n", max(0, end - offset - 1))
        block = block[: last + 1] if last >= 0 else block
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
