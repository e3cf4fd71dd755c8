"""Records which kernels Python calls and with which types: what the table of kernels is made of. For developers."""

import json
import time
from collections.abc import Callable
from typing import Any, Self

from corpusmill.operators.text.kernel import Kernel
from corpusmill.pipeline.kernels import signatures
from corpusmill.pipeline.kernels.table import KernelEntry


class Recorder:
    """While it is in place, each kernel that Python calls for the first time in this process is noted in `kernels`."""

    def __init__(self) -> None:
        self.kernels: dict[str, KernelEntry] = {}

    def __enter__(self) -> Self:
        self._compile: Callable[[Any, Any], Any] = Kernel.compile
        recorder = self

        def compile_(self: Any, sig: Any) -> Any:
            return recorder._noted(self, sig)

        Kernel.compile = compile_  # pyright: ignore[reportAttributeAccessIssue]
        return self

    def __exit__(self, *_: object) -> None:
        Kernel.compile = self._compile  # pyright: ignore[reportAttributeAccessIssue]

    def _noted(self, kernel: Any, sig: Any) -> Any:
        started = time.process_time()
        found = self._compile(kernel, sig)
        types = sig if isinstance(sig, tuple) else sig.args
        name = f"{kernel.py_func.__module__}:{kernel.py_func.__qualname__}"
        kinds = json.loads(json.dumps([signatures.written(kind) for kind in types]))
        entry = KernelEntry(name=name, types=tuple(kinds), cpu_s=time.process_time() - started)
        self.kernels[entry.key()] = entry
        return found
