"""Makes a kernel of a function, as `numba.njit` does, but compiles what a kernel calls once, inside that kernel.

Numba optimises each function and emits machine code for it, with a wrapper for Python, and then once more inside each
of its callers, and theirs. Most of that is code that nobody runs: Python calls one kernel in six, the others are called
by kernels. Here a function that a kernel calls is typed and written as LLVM code once a process, and optimised where it
ends up. Called from Python, it is a kernel of its own.
"""

from collections.abc import Callable
from typing import Any, Literal

import numba
from numba.core import errors, sigutils
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

from corpusmill.operators.text.kernel_passes import KernelCompiler, PartCompiler
from corpusmill.operators.text.numba_shortcuts import shortcuts

Inline = Literal["never", "always"]


class PartDispatcher(CPUDispatcher):
    """A function as other kernels see it; in memory only, as what they contain of it is cached with them."""

    _compiler: Any

    def add_overload(self, cres: Any) -> None:
        """Take compiled code."""
        self.overloads[tuple(cres.signature.args)] = cres

    def compile(self, sig: Any) -> Any:
        """Compile the function for these types. The kernel that calls it holds Numba's lock, and counts the time."""
        args, result = sigutils.normalize_signature(sig)
        if tuple(args) in self.overloads:
            return self.overloads[tuple(args)].entry_point
        with self._compiling_counter:
            try:
                compiled = self._compiler.compile(args, result)
            except errors.ForceLiteralArg as e:
                raise e.bind_fold_arguments(lambda a, k: self._compiler.fold_argument_types(a, k)[1]) from None
            self.add_overload(compiled)
        return compiled.entry_point


class Kernel(CPUDispatcher):
    """A function as Python calls it."""

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, pipeline_class: Any = None) -> None:
        super().__init__(py_func, locals, targetoptions, pipeline_class or KernelCompiler)
        self.part = PartDispatcher(py_func, locals, targetoptions, PartCompiler)

    def compile(self, sig: Any) -> Any:
        """Compile the function for these types, or load it from the cache."""
        with global_compiler_lock, shortcuts(part_of_numba):
            return super().compile(sig)

    def add_overload(self, cres: Any) -> None:
        """Take compiled code, and give its parts what they hold of Python, as is done for code from the cache."""
        super().add_overload(cres)
        for environment in cres._find_referenced_environments():
            cres.library.codegen.set_env(environment.env_name, environment)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """The function's type, for a kernel that calls it."""
        return self.part.get_call_template(args, kws)

    def get_overload(self, sig: Any) -> Any:
        """The function's code, for a kernel that calls it."""
        return self.part.get_overload(sig)

    @property
    def is_compiling(self) -> Any:
        """Whether a call is one of the function by itself."""
        return bool(self._compiling_counter) or bool(self.part._compiling_counter)


def part_of_numba(**options: Any) -> Callable[[Any], Any]:
    """A decorator for functions of Numba's own that kernels call, such as `np.empty`: they are parts too."""
    if options.keys() <= {"nopython", "no_cpython_wrapper"}:
        return lambda function: PartDispatcher(function, None, options, PartCompiler)
    return numba.jit(**options)


def njit(*, cache: bool, nogil: bool, forceinline: bool = False, inline: Inline = "never") -> Callable[[Any], Any]:
    """A decorator with Numba's options. inline: "always" is left to Numba, which copies the function's source."""
    if inline != "never":
        return numba.njit(cache=cache, nogil=nogil, inline=inline)

    def decorate(function: Any) -> Kernel:
        options = {"nopython": True, "nogil": nogil, "boundscheck": None, "forceinline": forceinline}
        kernel = Kernel(function, targetoptions=options)
        if cache:
            kernel.enable_caching()
        return kernel

    return decorate
