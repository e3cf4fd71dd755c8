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

from collections.abc import Iterator

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.codecs import codec_of
from corpusmill.operators.readers.framing.grammar import Grammar
from corpusmill.operators.readers.framing.packed_archive import member_from, packed_records
from corpusmill.operators.readers.framing.plain_archive import plain_records, whole_record_from
from corpusmill.operators.readers.framing.record import Framed
from corpusmill.operators.readers.framing.run import Run
from corpusmill.operators.readers.framing.stored import Stored


def framed(stored: Stored, span: Span, grammar: Grammar, max_bytes: int) -> Iterator[Framed]:
    """Every record that begins in the span, in file order. Without a gap: each begins where the one before ends."""
    for found in framed_runs(stored, span, grammar, max_bytes):
        if isinstance(found, Run):
            yield from found.records(grammar)
        else:
            yield found


def framed_runs(stored: Stored, span: Span, grammar: Grammar, max_bytes: int) -> Iterator[Framed | Run]:
    """As `framed`, but sound records of a gzip archive many together."""
    stored.require(span)
    codec = codec_of(stored)
    start = span.start
    if codec is None:
        if start:
            start = whole_record_from(stored, grammar, start, stop=span.end)
        if start < span.end:
            yield from plain_records(stored, start, span.end, grammar, max_bytes)
    else:
        if start:
            start = member_from(stored, codec, grammar, start, stop=span.end)
        if start < span.end:
            yield from packed_records(stored, codec, start, span.end, grammar, max_bytes)
