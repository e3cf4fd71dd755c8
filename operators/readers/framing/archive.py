"""Records of an archive file, plain or compressed, sound or damaged, each with the bytes it takes up.

Rules that make the answer independent of where a file is cut into spans:
- Compressed: a member whose contents open like a record always begins a record, whatever the record before it claims;
  members that do not are continuations. A span starts and stops at such members only.
- Plain: a span starts and stops at a place where a whole record stands: a sound head, and after its block the end of
  the file or another head. A file of the same kind nested unpacked in a payload, and cut right there, can deceive it.
- What cannot be read is one failed row, up to the next record that can.

`offset` is that of the record, or of the member (group) it lies in. When several records share a member, each takes
the compressed bytes that were read for it; the sums hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from operators.contract import Span
from operators.readers.framing.codecs import MAGIC, Codec, Damage, Member, codec_of, opened, skippable_bytes
from operators.readers.framing.grammar import MAX_HEAD_BYTES, Grammar, Head
from operators.readers.framing.stored import BLOCK_BYTES, Stored
from operators.readers.framing.window import Window

LINE_ENDS = re.compile(rb"[\r\n]*")
CLOSING = b"\r\n\r\n"  # behind a block; fewer line ends only where another record or the end follows
OPENING_BYTES = 1 << 13  # a record's opening, an ARC record's URL included, is not longer
PROBE_BYTES = 1 << 13  # inflated bytes that tell whether a member begins a record


@dataclass(frozen=True, slots=True)
class Framed:
    """One record, or one region that is none."""

    offset: int
    length: int  # stored bytes; the lengths of all records of a file add up to the file
    head: Head | None = None
    block: bytes = b""
    skipped: str | None = None
    failure: str | None = None  # without a head: a region that is not a record


def framed(stored: Stored, span: Span, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    """Every record that begins in the span, in file order. Without a gap: each begins where the one before ends."""
    stored.require(span)
    codec = codec_of(stored)
    start = span.start
    if codec is None:
        if start:
            start = whole_record_from(stored, grammar, start, stop=span.end)
        if start < span.end:
            yield from _plain(stored, start, span.end, grammar, max_bytes)
    else:
        if start:
            start = member_from(stored, codec, grammar, start, stop=span.end)
        if start < span.end:
            yield from _members(stored, codec, start, span.end, grammar, max_bytes)


def _plain(stored: Stored, start: int, end: int, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    reader = _Forward(stored, start)
    window = Window(reader.more)
    begin = start
    while begin < stored.size:
        if begin >= end and is_whole_record(stored, grammar, begin):
            return
        record = _one(window, grammar, max_bytes, stored.size - begin)
        if record.failure and record.head is None:  # not sound: on to the next whole record
            after = whole_record_from(stored, grammar, begin + 1)
            yield Framed(begin, after - begin, failure=record.failure)
            begin = after
            reader = _Forward(stored, begin)
            window = Window(reader.more)
            continue
        yield Framed(begin, record.length, record.head, record.block, None, record.failure)
        begin += record.length


def _one(window: Window, grammar: Grammar, max_bytes: int, left: int | None) -> Framed:
    """The record at the front of the window. Not sound: a failure and no head, and the window somewhere within it.

    left: stored bytes up to the end of the file, where that can be known.
    """
    before = window.taken
    head = read_head(window, grammar)
    if isinstance(head, str):
        return Framed(0, 0, failure=head)
    if left is not None and head.size + head.block_bytes > left:
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
    window.fill(PROBE_BYTES)
    return grammar.begins(window.data[window.at : window.at + PROBE_BYTES])


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


class _Forward:
    """The bytes of a file from `at` on, a block at a time."""

    def __init__(self, stored: Stored, at: int) -> None:
        self._stored = stored
        self._at = at

    def more(self) -> bytes:
        piece = self._stored.read(self._at, BLOCK_BYTES)
        self._at += len(piece)
        return piece


def is_whole_record(stored: Stored, grammar: Grammar, at: int) -> bool:
    """Whether a sound head stands at `at`, and behind its block the end of the file or another head."""
    head = grammar.head(stored.read(at, MAX_HEAD_BYTES), 0)
    if head is None or isinstance(head, str):
        return False
    after = at + head.size + head.block_bytes
    if after > stored.size:
        return False
    window = Window(_Forward(stored, after).more)
    drop_line_ends(window)
    return not window.fill(1) or begins_at(window, grammar)


def whole_record_from(stored: Stored, grammar: Grammar, start: int, stop: int | None = None) -> int:
    """Where the first whole record at or after `start` begins; `stop` (else the file's end) if none does before."""
    stop = stored.size if stop is None else stop
    at = start
    while (found := stored.search(grammar.opening, at, stop, OPENING_BYTES)) >= 0:
        if (not grammar.own_line or stored.read(found - 1, 1) in (b"\n", b"")) and is_whole_record(
            stored, grammar, found
        ):
            return found
        at = found + 1
    return stop


# ---- compressed


def begins_record(member: Member, grammar: Grammar) -> bool:
    """Whether the member's contents open like a record; damage at its front says no."""
    try:
        return grammar.begins(member.peek(PROBE_BYTES)[:PROBE_BYTES])
    except Damage:
        return False


def continues(member: Member, grammar: Grammar) -> bool:
    """Whether the member goes on with the record before it; one damaged at its front does not."""
    try:
        return not grammar.begins(member.peek(PROBE_BYTES)[:PROBE_BYTES])
    except Damage:
        return False


def member_from(stored: Stored, codec: Codec, grammar: Grammar, start: int, stop: int | None = None) -> int:
    """Offset of the first member at or after `start` that begins a record; `stop` (else the file's end) if none."""
    stop = stored.size if stop is None else stop
    at = start
    while (found := stored.find(MAGIC[codec.kind], at, stop)) >= 0:
        if begins_record(Member(stored, codec, found), grammar):
            return found
        at = found + 1
    return stop


class _Group:
    """A member that begins a record and those that continue it, as one stream."""

    def __init__(self, stored: Stored, codec: Codec, grammar: Grammar, member: Member) -> None:
        self._stored, self._codec, self._grammar = stored, codec, grammar
        self.member = member
        self.next: Member | None = None  # the one behind the group, when it was opened to be looked at
        self.over = False

    def more(self) -> bytes:
        while not self.over:
            piece = self.member.more()
            if piece:
                return piece
            follower = opened(self._stored, self._codec, self.member.position)
            if follower is not None and continues(follower, self._grammar):
                self.member = follower
            else:
                self.over, self.next = True, follower
        return b""


def _members(stored: Stored, codec: Codec, start: int, end: int, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    at, member = start, opened(stored, codec, start)
    while at < stored.size:
        if member is None:
            member = opened(stored, codec, at)
        if at >= end and member is not None and begins_record(member, grammar):
            return
        if member is None and (passed := skippable_bytes(stored, at)) and codec.kind != "gz":
            yield Framed(at, passed, skipped="skippable_frame")
            at += passed
            continue
        if member is None:
            after = member_from(stored, codec, grammar, at + 1)
            yield Framed(at, after - at, failure=f"not_{codec.kind}: {stored.read(at, 16)!r}")
            at = after
            continue
        if (head := _only_record(member, grammar, max_bytes)) is not None:
            follower = opened(stored, codec, member.position)
            if follower is None or not continues(follower, grammar):
                block = member.peek(0)[head.size : head.size + head.block_bytes]
                yield Framed(at, member.position - at, head, block)
                at, member = member.position, follower
                continue
        group = _Group(stored, codec, grammar, member)
        for record in _in_group(group, at, grammar, max_bytes):
            if record.length >= 0:
                yield record
                at += record.length
            else:
                after = member_from(stored, codec, grammar, max(group.member.offset + 1, at))
                yield Framed(record.offset, after - at, failure=record.failure)
                at = after
        member = group.next if group.next is not None and group.next.offset == at else None


def _only_record(member: Member, grammar: Grammar, max_bytes: int) -> Head | None:
    """The head of a member that is one sound record and nothing else, as nearly all are; a short cut past `_Group`."""
    try:
        data = member.peek(PROBE_BYTES)
    except Damage:
        return None
    head = grammar.head(data, 0) if member.done else None
    if not isinstance(head, Head) or head.block_bytes > max_bytes:
        return None
    fits = head.size + head.block_bytes + len(CLOSING) == len(data) and data.endswith(CLOSING)
    return head if fits else None


def _in_group(group: _Group, start: int, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    """Records of one group; a last one of length -1 tells of damage: what goes up to the next member is lost."""
    window = Window(group.more)
    begin = start
    try:
        while window.fill(1):
            record = _one(window, grammar, max_bytes, None)
            if record.failure and record.head is None:
                resync(window, grammar)
            here = group.member.position
            yield Framed(start, here - begin, record.head, record.block, None, record.failure)
            begin = here
        if group.member.position > begin:
            yield Framed(start, group.member.position - begin, skipped="empty_member")
    except Damage as e:
        yield Framed(start, -1, failure=str(e))


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
