"""Windows of Zstandard frames: how far back a frame may refer, which a reader has to hold in memory.

Source: RFC 8878, section 3.1.1.1 (frame header). The library's own function refuses what it cannot hold.
"""

WINDOW_MIB = 128  # held without being asked for: what `zstd -d` reads without --long
MOST_WINDOW_MIB = 2048  # held at most: the library has no longer ones
FRAME_HEAD_BYTES = 18
SINGLE_SEGMENT = 0x20  # in the descriptor: the window is as long as the content
DICTIONARY_ID_BYTES, CONTENT_SIZE_BYTES = (0, 1, 2, 4), (1, 2, 4, 8)


def longer_window(head: bytes, max_window_mib: int) -> str | None:
    """What a frame needs whose window is longer than `max_window_mib`, and what to do; null of any other.

    head: the first 18 bytes of the frame; more do no harm.
    """
    needed = -(-window_bytes(head) >> 20)
    if needed <= max_window_mib:
        return None
    remedy = f"give a worker that much memory more, and set max_window_mib: {needed}"
    if needed > MOST_WINDOW_MIB:
        remedy = f"{MOST_WINDOW_MIB} can be read at most: compress it again with a shorter one (zstd --long=27)"
    return f"needs a window of {needed} MiB, above max_window_mib: {max_window_mib}; {remedy}"


def window_bytes(head: bytes) -> int:
    """The window of the frame that begins with `head`; 0 when its head is not whole.

    >>> window_bytes(bytes([0x28, 0xB5, 0x2F, 0xFD, 0, 0x91])) >> 20
    288
    """
    if len(head) < 6:
        return 0
    descriptor = head[4]
    if not descriptor & SINGLE_SEGMENT:
        base = 1 << (10 + (head[5] >> 3))
        return base + base // 8 * (head[5] & 7)
    at, size = 5 + DICTIONARY_ID_BYTES[descriptor & 3], CONTENT_SIZE_BYTES[descriptor >> 6]
    return int.from_bytes(head[at : at + size], "little") + (256 if size == 2 else 0)


def check_window(max_window_mib: int) -> None:
    """Raise ValueError for a bound on windows that the library cannot keep."""
    if not 1 <= max_window_mib <= MOST_WINDOW_MIB:
        raise ValueError(f"max_window_mib must be from 1 to {MOST_WINDOW_MIB}, got {max_window_mib!r}")
