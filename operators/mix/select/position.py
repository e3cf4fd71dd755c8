"""Where a document lies on the line of its leaf: one 64-bit hash of its text for every pass, phase and budget.

Source: the finaliser is that of MurmurHash3 (Austin Appleby, 2011, public domain), a bijection of 64-bit values; here
        it is folded over the two halves of the text key. Not made to resist an attacker.
"""

import numpy as np
import pyarrow as pa

SPREAD = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd
_M1, _M2 = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53
_MASK = (1 << 64) - 1
KEY_BYTES = 16
HELD_OUT = int.from_bytes(b"held out", "little")  # any number will do that no seed of a mix is likely to be


def position(text_key: bytes, seed: int) -> int:
    """The position of one document, in [0, 2**64): the specification of `positions`.

    >>> hex(position(bytes(16), seed=0)), hex(position(bytes(range(16)), seed=7))
    ('0xeec5d405fa0b28a0', '0xe2f3f01da3069993')
    """
    value = _finish_plain((seed + SPREAD) & _MASK)
    for at in (0, 8):
        value = _finish_plain(value ^ int.from_bytes(text_key[at : at + 8], "little"))
        value = (value + SPREAD) & _MASK
    return _finish_plain(value)


def positions(text_keys: pa.Array, seed: int) -> np.ndarray:
    """`position` of each fixed_size_binary(16) key, uint64; ValueError on a null key or another type."""
    if text_keys.type != pa.binary(KEY_BYTES):
        raise ValueError(f"text keys are fixed_size_binary({KEY_BYTES}), found {text_keys.type}")
    if text_keys.null_count:
        raise ValueError(f"{text_keys.null_count} of {len(text_keys)} documents have no text key")
    end = text_keys.offset + len(text_keys)
    whole = np.frombuffer(memoryview(text_keys.buffers()[1] or b""), np.dtype("<u8"), count=2 * end)
    halves = whole.reshape(-1, 2)[text_keys.offset :]
    value = np.full(len(text_keys), _finish_plain((seed + SPREAD) & _MASK), np.uint64)
    for half in (0, 1):
        value = _finish(value ^ halves[:, half]) + np.uint64(SPREAD)
    return _finish(value)


def held_positions(text_keys: pa.Array, seed: int) -> np.ndarray:
    """Where each document lies in the draw of what is held out: `positions` of a seed of its own, uint64.

    Apart from those that the mix draws by, so that another `mix.seed` holds out the same documents.
    """
    return positions(text_keys, (seed + HELD_OUT) & _MASK)


def held_out(held_u: np.ndarray, share: float) -> np.ndarray:
    """Which documents are never mixed: the last `share` of all held positions, in every leaf alike. held_u: uint64.

    >>> held_out(np.array([0, 2**63, 2**64 - 1], np.uint64), share=0.1).tolist()
    [False, False, True]
    """
    if share == 0:
        return np.zeros(len(held_u), bool)
    return held_u >= np.uint64(min(int((1 - share) * 2.0**64), _MASK))


def _finish_plain(value: int) -> int:
    value = (value ^ (value >> 33)) * _M1 & _MASK
    value = (value ^ (value >> 33)) * _M2 & _MASK
    return value ^ (value >> 33)


def _finish(value: np.ndarray) -> np.ndarray:
    shift = np.uint64(33)
    value = (value ^ (value >> shift)) * np.uint64(_M1)
    value = (value ^ (value >> shift)) * np.uint64(_M2)
    return value ^ (value >> shift)
