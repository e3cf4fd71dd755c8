"""The short cut through a sound gzip archive: members that are one whole record each, inflated at one go.

Whatever is not so (damage, a record over several members, several in one, a very large one) is left to
`packed_archive`, which reads it piece by piece and tells what is wrong. Both give the same rows; nearly all members of
real files come by here.
"""

from collections.abc import Generator

import numpy as np
from isal import isal_zlib

from corpusmill.operators.readers.framing.codecs import GZIP, MAGIC, QUICK_ERROR
from corpusmill.operators.readers.framing.grammar import Grammar
from corpusmill.operators.readers.framing.run import Run
from corpusmill.operators.readers.framing.stored import Stored

FEED_BYTES = 1 << 14
MOST_BYTES = 4 << 20  # of a member, stored or inflated; a larger one is read in bounded pieces
RUN_BYTES = 6 << 20  # of inflated members in a run; what is made of a run is one batch
RUN_RECORDS = 4096


def readable_runs(stored: Stored, start: int, end: int, grammar: Grammar, max_bytes: int) -> Generator[Run, None, int]:
    """Runs of the members from `start` on, up to the first that is not plain; returns the offset of that one.

    A record is given when the member behind it is seen to begin another record, or the file ends: only then is it known
    to be whole. So the last of the members looked at begins the next run. At or after `end` no record is given.
    """
    at = start
    pieces: list[bytes] = []  # inflated members from `at` on
    lengths: list[int] = []  # and what they take in the file
    while at < end:
        sound = _gather(stored, at, end, pieces, lengths)
        data = b"".join(pieces)
        offsets = at + np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
        starts = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(p) for p in pieces], dtype=np.int64)))
        whole = grammar.whole(data, starts, max_bytes)
        sound &= whole == len(lengths)
        over = offsets[-1] >= stored.size
        count = whole if sound and over else whole - 1  # the last one still wants a follower
        count = min(count, int(np.searchsorted(offsets[:-1], end)))  # none at or after `end`
        if count > 0:
            yield Run(offsets=offsets[:count], lengths=np.array(lengths[:count]), starts=starts[: count + 1], data=data)
            at = int(offsets[count])
        if not sound or over:
            return at
        pieces, lengths = pieces[max(0, count) :], lengths[max(0, count) :]
    return at


def _gather(stored: Stored, start: int, end: int, pieces: list[bytes], lengths: list[int]) -> bool:
    """Add members to those from `start` on until a run is full, or one lies behind `end`; False at a strange one."""
    at, held = start + sum(lengths), sum(map(len, pieces))
    first = len(lengths)
    while at < stored.size and (len(lengths) == first or (held < RUN_BYTES and len(lengths) < RUN_RECORDS)):
        found = _inflated(stored, at)
        if found is None:
            return False
        data, length = found
        pieces.append(data)
        lengths.append(length)
        if at >= end:
            break
        at += length
        held += len(data)
    return True


def _inflated(stored: Stored, at: int) -> tuple[bytes, int] | None:
    """The member at `at` and its stored length; None if it is not sound, or too large for the short cut."""
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
    except QUICK_ERROR:
        return None
    whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return whole, fed - len(inflater.unused_data)
