"""Records of a compressed archive file: members, groups of members, and what lies between them."""

from collections.abc import Iterator

from corpusmill.errors import DamagedData
from corpusmill.operators.readers.framing.codecs import MAGIC, Codec, Member, opened, skippable_bytes
from corpusmill.operators.readers.framing.grammar import CLOSING, Grammar, Head
from corpusmill.operators.readers.framing.readable_runs import readable_runs
from corpusmill.operators.readers.framing.record import OPENING_BYTES, Framed, read_record, resync
from corpusmill.operators.readers.framing.run import Run
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.window import Window


def packed_records(
    stored: Stored, codec: Codec, start: int, end: int, grammar: Grammar, max_bytes: int
) -> Iterator[Framed | Run]:
    at: int = start
    member: Member | None = None
    while at < stored.size:
        if codec.kind == "gz" and member is None:
            at = yield from readable_runs(stored, at, end, grammar, max_bytes)
            if at >= stored.size:
                return
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
                at, member = member.position, follower if codec.kind != "gz" else None
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
        again = group.next is not None and group.next.offset == at and codec.kind != "gz"  # gzip: the short cut is next
        member = group.next if again else None


def _only_record(member: Member, grammar: Grammar, max_bytes: int) -> Head | None:
    """The head of a member that is one sound record and nothing else, as nearly all are; a short cut past `_Group`."""
    try:
        data = member.peek(OPENING_BYTES)
    except DamagedData:
        return None
    head = grammar.head(data, 0) if member.done else None
    if not isinstance(head, Head) or head.block_bytes > max_bytes:
        return None
    fits = head.size + head.block_bytes + len(CLOSING) == len(data) and data.endswith(CLOSING)
    return head if fits else None


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


def _in_group(group: _Group, start: int, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    """Records of one group; a last one of length -1 tells of damage: what goes up to the next member is lost."""
    window = Window(group.more)
    begin = start
    try:
        while window.fill(1):
            record = read_record(window, grammar, max_bytes, None)
            if record.failure and record.head is None:
                resync(window, grammar)
            here = group.member.position
            yield Framed(start, here - begin, record.head, record.block, None, record.failure)
            begin = here
        if group.member.position > begin:
            yield Framed(start, group.member.position - begin, skipped="empty_member")
    except DamagedData as e:
        yield Framed(start, -1, failure=str(e))


def begins_record(member: Member, grammar: Grammar) -> bool:
    """Whether the member's contents open like a record; damage at its front says no."""
    try:
        return grammar.begins(member.peek(OPENING_BYTES)[:OPENING_BYTES])
    except DamagedData:
        return False


def continues(member: Member, grammar: Grammar) -> bool:
    """Whether the member goes on with the record before it; one damaged at its front does not."""
    try:
        return not grammar.begins(member.peek(OPENING_BYTES)[:OPENING_BYTES])
    except DamagedData:
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
