"""Finds the elements of a file that is one JSON array, without holding the file."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.stored import BLOCK_BYTES, Stored
from corpusmill.operators.readers.framing.stream import Stream, stream_of

BOM = b"\xef\xbb\xbf"
ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")  # of objects: other arrays hold no records
BETWEEN = re.compile(r"[\s,]*")
OPENING = re.compile(r"(?:\xef\xbb\xbf)?\s*\[\s*")
_decode = json.JSONDecoder(strict=False).raw_decode


@dataclass(frozen=True, slots=True)
class Element:
    """An element, the comma before it included in its length; or the end of the array, or bytes that are neither.

    offset, length: as of a line, see `Lines`. data: the bytes of the element.
    """

    offset: int
    length: int
    data: bytes = b""
    skipped: str | None = None
    failure: str | None = None


def is_array(stored: Stored) -> bool:
    """Whether a file, plain or compressed, begins as an array of objects does."""
    stream = stream_of(stored, Span(0, stored.size)) if stored.size else None
    if stream is None or not ARRAY.match((head := stream.more())[:512]):
        return False
    return begins_array(head + _more(stream, max(BLOCK_BYTES - len(head), 1)).encode("latin-1"))


def begins_array(head: bytes) -> bool:
    """Whether the first bytes of a file are those of an array of objects, and not of lines of which the first is one.

    >>> begins_array(b'[{"a": 1},\\n{"a": 2}]'), begins_array(b'[{"a": 1}]\\n'), begins_array(b'[{"a": 1}]\\n{"a": 2}')
    (True, True, False)
    """
    if not ARRAY.match(head):
        return False
    first, _, behind = head.removeprefix(BOM).lstrip().partition(b"\n")
    if not behind.strip():
        return True
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        return True
    return False


def elements(stored: Stored, max_bytes: int) -> Iterator[Element]:
    """Every element in order; where one cannot be read, all that follows is one failed stretch.

    The bytes are looked at as Latin-1, so that places are bytes: what divides elements is ASCII in UTF-8, too.
    """
    stream = stream_of(stored, Span(0, stored.size))
    if stream is None:
        return
    held = _more(stream, 1)
    base = stream.offset - len(held)  # of the first byte that is held
    opening = OPENING.match(held)
    at, start = (opening.end() if opening else 0), 0
    while True:
        begin = BETWEEN.match(held, at)
        at = begin.end() if begin else at
        if at < len(held) and held[at] == "]":
            yield from _rest(stream, base + start, held[start:], closed=held[at + 1 :].strip() == "")
            return
        try:
            _, end = _decode(held, at)
            reason = None if end < len(held) else "cut off"
        except (ValueError, RecursionError) as e:
            end, reason = at, getattr(e, "msg", type(e).__name__)
        if reason is None:
            if end - at > max_bytes:
                yield Element(base + start, end - start, failure=f"record_too_large: above {max_bytes}")
            else:
                yield Element(base + start, end - start, held[at:end].encode("latin-1"))
            at = start = end
            continue
        piece = _more(stream, max(len(held) - start, 1)) if len(held) - start <= max_bytes else ""
        if not piece:
            told = f"bad_json: {reason}" if len(held) - start <= max_bytes else f"record_too_large: above {max_bytes}"
            yield from _rest(stream, base + start, held[start:], failure="broken_off" if stream.damage else told)
            return
        held, base, at, start = held[start:] + piece, base + start, at - start, 0


def first_elements(head: bytes) -> list[object]:
    """The elements that end in the first bytes of a file."""
    held = head.decode("utf-8", "replace")
    found: list[object] = []
    opening = re.match(r"\ufeff?\s*\[\s*", held)
    at = opening.end() if opening else len(held)
    while at < len(held):
        try:
            value, at = _decode(held, at)
        except (ValueError, RecursionError):
            break
        found.append(value)
        between = BETWEEN.match(held, at)
        at = between.end() if between else at
    return found


def _more(stream: Stream, least: int) -> str:
    """At least so many further bytes, fewer only at the end or before damage."""
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < least and (piece := stream.more()):
        pieces.append(piece)
    return b"".join(pieces).decode("latin-1")


def _rest(
    stream: Stream, offset: int, held: str, *, closed: bool = False, failure: str | None = None
) -> Iterator[Element]:
    """What is left of a file behind its last element."""
    size, blank = len(held), True
    while True:
        while piece := stream.more():
            size += len(piece)
            blank = blank and not piece.strip()
        if stream.damage is None:
            break
        size += stream.lost
        failure = stream.damage if failure in (None, "broken_off") else failure
        if not stream.resume():
            break
    if failure is None and not (closed and blank):
        failure = "bad_json: text behind the array"
    if size:
        yield Element(offset, size, skipped=None if failure else "json_array", failure=failure)
