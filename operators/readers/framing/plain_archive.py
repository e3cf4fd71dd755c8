"""Records of an archive file that is not compressed."""

from collections.abc import Iterator

from corpusmill.operators.readers.framing.grammar import MAX_HEAD_BYTES, Grammar
from corpusmill.operators.readers.framing.record import OPENING_BYTES, Framed, begins_at, drop_line_ends, read_record
from corpusmill.operators.readers.framing.stored import BLOCK_BYTES, Stored
from corpusmill.operators.readers.framing.window import Window


def plain_records(stored: Stored, start: int, end: int, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    reader = _Forward(stored, start)
    window = Window(reader.more)
    begin = start
    while begin < stored.size:
        if begin >= end and is_whole_record(stored, grammar, begin):
            return
        record = read_record(window, grammar, max_bytes, stored.size - begin)
        if record.failure and record.head is None:  # not sound: on to the next whole record
            after = whole_record_from(stored, grammar, begin + 1)
            yield Framed(begin, after - begin, failure=record.failure)
            begin = after
            reader = _Forward(stored, begin)
            window = Window(reader.more)
            continue
        yield Framed(begin, record.length, record.head, record.block, None, record.failure)
        begin += record.length


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
