"""Ctrl-C and SIGTERM: at first they end the process on the spot; once a command has begun, they are exceptions.

An import may swallow the exception, or make another one of it; and while modules are imported nothing is held that
would have to be given back.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from corpusmill.errors import ExitCode

STOPPED = "stopped; what was finished is kept: the same command goes on from there"


@contextmanager
def at_once() -> Iterator[None]:
    """Within the `with`, until `as_exceptions`, Ctrl-C says how to go on and ends the process.

    Where it is ignored, or somebody else has a use for it, it stays as it is.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Terminated(KeyboardInterrupt):
    """SIGTERM has come."""


def as_exceptions() -> None:
    """From here on Ctrl-C raises KeyboardInterrupt again, and SIGTERM Terminated. Ray, where it starts, takes SIGTERM
    for itself and ends the process with a dump: then this must be said once more.
    """
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)


def terminate() -> None:
    """Raise Terminated in the main thread, from any other; nothing where SIGTERM is not ours, as in a notebook."""
    if signal.getsignal(signal.SIGTERM) is _terminate:
        os.kill(os.getpid(), signal.SIGTERM)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _end(number: int, frame: FrameType | None) -> None:
    os.write(2, f"corpusmill: {STOPPED}\n".encode())
    os._exit(ExitCode.STOPPED)
