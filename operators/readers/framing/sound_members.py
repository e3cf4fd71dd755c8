"""The short cut through a sound gzip archive: members that are one whole record each, inflated at one go.

Whatever is not so (damage, a record over several members, several in one, a very large one) is left to
`packed_archive`, which reads it piece by piece and tells what is wrong. Both give the same rows; nearly all members of
real files come by here.
"""

from collections.abc import Generator
from dataclasses import dataclass

from isal import isal_zlib

from operators.readers.framing.codecs import MAGIC
from operators.readers.framing.grammar import Grammar, Head
from operators.readers.framing.record import CLOSING, Framed
from operators.readers.framing.stored import Stored

FEED_BYTES = 1 << 14
MOST_BYTES = 1 << 20  # of a member, stored or inflated; a larger one is read in bounded pieces
GZIP = 31  # window bits: a gzip head and trailer are expected


@dataclass(frozen=True, slots=True)
class _Sound:
    length: int
    head: Head
    data: bytes


def sound_members(
    stored: Stored, start: int, end: int, grammar: Grammar, max_bytes: int
) -> Generator[Framed, None, int]:
    """Records of the members from `start` on, up to the first that is not plain; returns the offset of that one.

    A record is given when the member behind it is seen to begin another record, or the file ends: only then is it known
    to be whole. At or after `end` no record is given.
    """
    at = start
    member = _sound(stored, at, grammar, max_bytes) if at < end else None
    while member is not None and at < end:
        behind = at + member.length
        follower = _sound(stored, behind, grammar, max_bytes)
        if follower is None and behind < stored.size:
            return at
        head = member.head
        yield Framed(at, member.length, head, member.data[head.size : head.size + head.block_bytes])
        at, member = behind, follower
    return at


def _sound(stored: Stored, at: int, grammar: Grammar, max_bytes: int) -> _Sound | None:
    """The member at `at`, if it is sound and holds one record and nothing else."""
    data = stored.read(at, FEED_BYTES)
    if not data.startswith(MAGIC["gz"]):
        return None
    inflater = isal_zlib.decompressobj(wbits=GZIP)
    pieces: list[bytes] = []
    fed = inflated = 0
    try:
        while True:
            piece = inflater.decompress(data, MOST_BYTES)
            fed += len(data)
            inflated += len(piece)
            pieces.append(piece)
            if inflater.eof:
                break
            if inflater.unconsumed_tail or fed >= MOST_BYTES or inflated >= MOST_BYTES:
                return None
            data = stored.read(at + fed, FEED_BYTES)
            if not data:
                return None
    except isal_zlib.error:  # pyright: ignore[reportGeneralTypeIssues]  # its stub has a plain name here
        return None
    whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    head = grammar.head(whole, 0)
    if not isinstance(head, Head) or head.block_bytes > max_bytes or not whole.endswith(CLOSING):
        return None
    if head.size + head.block_bytes + len(CLOSING) != len(whole):
        return None
    return _Sound(fed - len(inflater.unused_data), head, whole)
