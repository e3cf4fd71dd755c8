"""A 128-bit digest of a stretch of bytes, for identity: the same text has the same digest on every machine, for ever.

Source: MurmurHash3_x64_128, seed 0, by Austin Appleby (public domain, 2011): published, with test vectors, so that
        anyone can compute a text_key again. Not made to resist an attacker who searches for collisions.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.loads import load, load_part

_C1 = np.uint64(0x87C37B91114253D5)
_C2 = np.uint64(0x4CF5AD432745937F)
_M1 = np.uint64(0xFF51AFD7ED558CCD)
_M2 = np.uint64(0xC4CEB9FE1A85EC53)
_A1 = np.uint64(0x52DCE729)
_A2 = np.uint64(0x38495AB5)
_S33 = np.uint64(33)
_FIVE, _SIXTY_FOUR = np.uint64(5), np.uint64(64)


def digest_plain(payload: bytes) -> bytes:
    """The digest on Python integers, 16 bytes: first lane, then second, each little-endian.

    >>> digest_plain(b"").hex()
    '00000000000000000000000000000000'
    >>> digest_plain(b"The quick brown fox jumps over the lazy dog").hex()
    '6c1b07bc7bbc4be347939ac4a93c437a'
    """
    one, two, mask = 0, 0, (1 << 64) - 1
    whole = len(payload) - len(payload) % 16
    for at in range(0, len(payload), 16):
        left = int.from_bytes(payload[at : at + 8], "little") * int(_C1) & mask
        left = ((left << 31 | left >> 33) & mask) * int(_C2) & mask
        right = int.from_bytes(payload[at + 8 : at + 16], "little") * int(_C2) & mask
        right = ((right << 33 | right >> 31) & mask) * int(_C1) & mask
        one ^= left
        if at < whole:
            one = (((one << 27 | one >> 37) & mask) + two) * 5 + int(_A1) & mask
        two ^= right
        if at < whole:
            two = (((two << 31 | two >> 33) & mask) + one) * 5 + int(_A2) & mask
    one, two = one ^ len(payload), two ^ len(payload)
    one = one + two & mask
    two = two + one & mask
    one, two = _last_plain(one), _last_plain(two)
    one = one + two & mask
    two = two + one & mask
    return one.to_bytes(8, "little") + two.to_bytes(8, "little")


def _last_plain(value: int) -> int:
    mask = (1 << 64) - 1
    value = (value ^ (value >> 33)) * int(_M1) & mask
    value = (value ^ (value >> 33)) * int(_M2) & mask
    return value ^ (value >> 33)


@njit(nogil=True, cache=True)
def _turn(value: np.uint64, by: np.uint64) -> np.uint64:
    return (value << by) | (value >> (_SIXTY_FOUR - by))


@njit(nogil=True, cache=True)
def _last(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _S33)) * _M1
    value = (value ^ (value >> _S33)) * _M2
    return value ^ (value >> _S33)


@njit(nogil=True, cache=True)
def digest(data: np.ndarray, begin: int, end: int) -> tuple[np.uint64, np.uint64]:
    """Both lanes of the digest of data[begin:end]."""
    one, two = np.uint64(0), np.uint64(0)
    at = begin
    while at + 16 <= end:
        one ^= _turn(load(data, at) * _C1, np.uint64(31)) * _C2
        one = (_turn(one, np.uint64(27)) + two) * _FIVE + _A1
        two ^= _turn(load(data, at + 8) * _C2, np.uint64(33)) * _C1
        two = (_turn(two, np.uint64(31)) + one) * _FIVE + _A2
        at += 16
    one ^= _turn(load_part(data, at, min(8, end - at)) * _C1, np.uint64(31)) * _C2
    two ^= _turn(load_part(data, at + 8, max(0, end - at - 8)) * _C2, np.uint64(33)) * _C1
    one ^= np.uint64(end - begin)
    two ^= np.uint64(end - begin)
    one += two
    two += one
    one, two = _last(one), _last(two)
    one += two
    two += one
    return one, two


@njit(nogil=True, cache=True)
def digests(data: np.ndarray, offsets: np.ndarray, out: np.ndarray) -> None:
    """Digests of n stretches into `out`, uint64[n, 2]."""
    for d in range(len(offsets) - 1):
        out[d, 0], out[d, 1] = digest(data, offsets[d], offsets[d + 1])
