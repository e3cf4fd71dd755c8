"""Where the next member begins that can be inflated to its end.

A whole member that lies verbatim in another one, not compressed a second time, cannot be told from one of the file's
own by a reader that comes from nowhere.
"""

from corpusmill.errors import DamagedData
from corpusmill.operators.readers.framing.codecs import MAGIC, Codec, Member, opened, skippable_bytes
from corpusmill.operators.readers.framing.stored import Stored


def is_readable(stored: Stored, codec: Codec, at: int) -> bool:
    """Whether a member begins at `at` that can be inflated to its end."""
    member = opened(stored, codec, at)
    return member is not None and _ends(member)


def readable_member_from(stored: Stored, codec: Codec, start: int, stop: int | None = None) -> int:
    """Offset of the first sound member that begins at or after `start` and before `stop` (else the end of the file);
    `stop` if there is none.
    """
    stop = stored.size if stop is None else stop
    at = start
    while (found := stored.find(MAGIC[codec.kind], at, stop)) >= 0:
        if _ends(Member(stored, codec, found)):
            return found
        at = found + 1
    return stop


def content_begins(stored: Stored, codec: Codec) -> int:
    """Offset of the first member that holds anything; frames without content and empty members lie in front of it."""
    at = 0
    while True:
        if passed := skippable_bytes(stored, at):
            at += passed
            continue
        member = opened(stored, codec, at)
        try:
            if member is None or member.more():
                return at
        except DamagedData:
            return at
        at = member.position


def _ends(member: Member) -> bool:
    try:
        while member.more():
            pass
    except DamagedData:
        return False
    return True
