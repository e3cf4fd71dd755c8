"""Repeats a call in the background while something takes long."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeated(call: Callable[[], None], *, every_s: float) -> Iterator[None]:
    """Make a call every so many seconds for the length of a `with`, from another thread; none runs after its end."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(every_s):
            call()

    thread = threading.Thread(target=go_on, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
