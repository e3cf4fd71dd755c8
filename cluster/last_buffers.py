"""Lets Arrow's threads give back what they read before the process ends.

A thread of Arrow frees the buffers of a Parquet file a moment after the read has returned. Buffers that a Python file
gave need the interpreter for that; when it has begun to end, Python ends the thread inside a destructor of C++, and the
process aborts: 3 of 40 runs of `why` did (measured).
"""

import atexit
import functools
import time

WAIT_S = 0.03  # a waiting thread has the interpreter within microseconds; a busy machine is a guess


@functools.cache
def wait_at_exit() -> None:
    """Give such threads the interpreter once more when this process ends; cheap to call again."""
    atexit.register(time.sleep, WAIT_S)
