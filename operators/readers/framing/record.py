"""One archive record at the front of a window: its head, its block, and what ends it."""

import re
from dataclasses import dataclass

from corpusmill.operators.readers.framing.grammar import CLOSING, MAX_HEAD_BYTES, Grammar, Head
from corpusmill.operators.readers.framing.window import Window

LINE_ENDS = re.compile(rb"[\r\n]*")
OPENING_BYTES = 1 << 13  # a record's opening, an ARC record's URL included, is not longer


@dataclass(frozen=True, slots=True)
class Framed:
    """One record, or one region that is none."""

    offset: int
    length: int  # stored bytes; the lengths of all records of a file add up to the file
    head: Head | None = None
    block: bytes = b""
    skipped: str | None = None
    failure: str | None = None  # without a head: a region that is not a record


def read_record(window: Window, grammar: Grammar, max_bytes: int, remaining: int | None) -> Framed:
    """The record at the front of the window. Not sound: a failure and no head, and the window somewhere within it.

    remaining: stored bytes up to the end of the file, where that can be known.
    """
    before = window.taken
    head = read_head(window, grammar)
    if isinstance(head, str):
        return Framed(0, 0, failure=head)
    if remaining is not None and head.size + head.block_bytes > remaining:
        return Framed(0, 0, failure="truncated_record")
    window.take(head.size)
    failure, block = None, b""
    if head.block_bytes > max_bytes:
        failure = f"record_too_large: {head.block_bytes}"
        if window.drop(head.block_bytes) < head.block_bytes:
            return Framed(0, 0, failure="truncated_record")
    elif window.fill(head.block_bytes):
        block = window.take(head.block_bytes)
    else:
        return Framed(0, 0, failure="truncated_record")
    closing = drop_line_ends(window)
    if closing < len(CLOSING) and window.fill(1) and not begins_at(window, grammar):
        window.unread(block)
        return Framed(0, 0, failure="wrong_content_length")
    return Framed(0, window.taken - before, head, block, None, failure)


def read_head(window: Window, grammar: Grammar) -> Head | str:
    """The head at the front of the window, left there; or the reason why there is none."""
    wanted = 1
    while True:
        more = window.fill(wanted)
        head = grammar.head(window.data, window.at)
        if head is not None:
            return head
        if not more or window.held >= MAX_HEAD_BYTES:
            return "truncated_head" if not more else "head_without_end"
        wanted = min(window.held * 2, MAX_HEAD_BYTES)


def begins_at(window: Window, grammar: Grammar) -> bool:
    """Whether a record may begin at the front of the window."""
    window.fill(OPENING_BYTES)
    return grammar.begins(window.data[window.at : window.at + OPENING_BYTES])


def drop_line_ends(window: Window) -> int:
    """Pass over CR and LF; how many there were. At the end of a member this looks into the next."""
    passed = 0
    while window.fill(1):
        found = LINE_ENDS.match(window.data, window.at)
        count = found.end() - window.at if found else 0
        passed += window.drop(count)
        if not window.held:
            continue
        break
    return passed


def resync(window: Window, grammar: Grammar) -> None:
    """Pass over bytes up to the next line that opens like a record, or to the end; at least one byte is passed."""
    window.drop(1)
    while window.fill(OPENING_BYTES) or window.held:
        found = grammar.opening.search(window.data, window.at)
        if found is None:
            window.drop(max(1, window.held - OPENING_BYTES))
        elif not grammar.own_line or window.data[: found.start()].endswith(b"\n"):
            window.drop(found.start() - window.at)
            return
        else:
            window.drop(found.start() + 1 - window.at)
