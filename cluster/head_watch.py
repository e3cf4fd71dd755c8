"""Watches the head of a Ray cluster: Ray itself ends a process that has lost it, after a minute of lines of its own."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_EVERY_S = 5.0
SILENT_S = 30.0  # a guess: longer than a network is away for a moment, shorter than Ray's own minute
CONNECT_S = 3.0


@contextmanager
def watched(address: str, lost: Callable[[str], None]) -> Iterator[None]:
    """Within the `with`, call `lost` with a sentence, once, when nothing has listened at HOST:PORT for SILENT_S."""
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(address, lost, ended), name="head", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _watch(address: str, lost: Callable[[str], None], ended: threading.Event) -> None:
    seen = time.monotonic()
    while not ended.wait(LOOK_EVERY_S):
        if listens(address):
            seen = time.monotonic()
        elif (silent := time.monotonic() - seen) >= SILENT_S:
            lost(
                f"the head of the Ray cluster at {address} has not answered for {silent:.0f} s; all finished work is "
                "kept: start the cluster and run the same command again"
            )
            return


def listens(address: str) -> bool:
    """Whether something accepts connections at HOST:PORT; true of an address without a port."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        return True
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()
    except OSError:
        return False
    return True
