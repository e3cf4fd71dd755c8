"""A process lets threads that are not of Python give back the bytes that they read before it ends."""

import subprocess
import sys
from pathlib import Path

# A thread of C asks for the interpreter, as one of Arrow does that frees bytes of a Python file. No thread
# is asked to give the interpreter up within ten seconds, so it is had when the main thread waits, or never.
PROGRAM = """
import ctypes, sys
from corpusmill.cluster.storage import Store

sys.setswitchinterval(10)
with Store({folder!r}).open("bytes") as file:
    file.read()
release = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: print("given back", flush=True))
thread = ctypes.c_ulong()
assert ctypes.PyDLL(None).pthread_create(ctypes.byref(thread), None, release, None) == 0
"""


def test_a_thread_that_gives_back_its_bytes_is_not_ended_with_the_process(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"bytes")
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(folder=str(tmp_path))], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "given back\n", "")
