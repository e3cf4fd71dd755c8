"""What a process may do that is not root's, also where tests run as root."""

import contextlib
import ctypes
import os
from collections.abc import Iterator

VERSION_3, WORDS = 0x20080522, 2  # capability.h: the form of the calls below, and how many words each set has
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2  # what lets root pass by the modes of files
PR_GET_SECUREBITS, PR_SET_SECUREBITS = 27, 28  # prctl.h
NO_SETUID_FIXUP = 1 << 2  # securebits.h: without it access(2) gives root all it might have


@contextlib.contextmanager
def bound_by_modes() -> Iterator[None]:
    """This thread, and those it starts, are bound by the modes of files as long as this lasts."""
    if os.geteuid() != 0:
        yield
        return
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    had = (ctypes.c_uint32 * (3 * WORDS))()  # effective, permitted, inheritable; twice
    _call("capget", header, had)
    less = (ctypes.c_uint32 * (3 * WORDS))(*had)
    less[0] &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
    bits = _call("prctl", PR_GET_SECUREBITS, 0, 0, 0, 0)
    _call("prctl", PR_SET_SECUREBITS, bits | NO_SETUID_FIXUP, 0, 0, 0)
    _call("capset", header, less)
    try:
        yield
    finally:
        _call("capset", header, had)
        _call("prctl", PR_SET_SECUREBITS, bits, 0, 0, 0)


def _call(name: str, *arguments: object) -> int:
    """A call of the C library; OSError when it refuses."""
    answer: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"{name} to give up root's rights")
    return answer
