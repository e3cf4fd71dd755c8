"""Recognises errors that are a machine's and no file's: no room, no memory, no handles; says which machine it is."""

import errno
import socket

# Not EIO: a damaged place of one file gives it, on a disk and in a store that is mounted.
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
KIND = "MachineFault"  # of units that failed by them: no job may leave out their files for it


def is_of_the_machine(error: BaseException) -> bool:
    """Whether an error would not be there on another machine.

    >>> is_of_the_machine(OSError(errno.ENOSPC, "No space left on device")), is_of_the_machine(ValueError("a"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno in OF_THE_MACHINE


def kind_of(error: BaseException) -> str:
    """The class of an error by its name; the same for all that are a machine's.

    >>> kind_of(OSError(errno.ENOSPC, "No space left on device")), kind_of(ValueError("a"))
    ('MachineFault', 'ValueError')
    """
    return KIND if is_of_the_machine(error) else type(error).__name__


def in_words(error: BaseException) -> str:
    """The error with its kind, and where it happened if that matters.

    >>> in_words(ValueError("byte 7 is damaged"))
    'ValueError: byte 7 is damaged'
    """
    where = f" (on {socket.gethostname()})" if is_of_the_machine(error) else ""
    return f"{type(error).__name__}: {error}{where}"
