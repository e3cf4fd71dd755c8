"""Named places where a test may end the process at once, as a power cut would.

CORPUSMILL_FAULT_POINT=NAME kills the process (SIGKILL) the first time it comes by the place called NAME; `NAME:3`
the third time. Without the variable a place costs one dictionary look-up.
"""

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


def reached(name: str) -> None:
    """Die here, if a test asked for it."""
    wanted, _, times = os.environ.get("CORPUSMILL_FAULT_POINT", "").partition(":")
    if wanted != name:
        return
    _passed[name] += 1
    if _passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
