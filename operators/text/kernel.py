"""Makes a kernel of a function, as `numba.njit` does, but compiles what a kernel calls once, inside that kernel.

Numba optimises each function and emits machine code for it, with a wrapper for Python, and then once more inside each
of its callers, and theirs. Most of that is code that nobody runs: Python calls one kernel in six, the others are called
by kernels. Here a function that a kernel calls is typed and written as LLVM code once a process, and optimised where it
ends up. Called from Python, it is a kernel of its own.
"""

from collections.abc import Callable
from typing import Any, Literal

import numba
from numba.core import compiler
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import require_global_compiler_lock
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering

Inline = Literal["never", "always"]


class PartLibrary(JITCodeLibrary):
    """LLVM code of a function and of all that it calls, to be linked into a caller; never machine code itself."""

    def finalize(self) -> None:
        """Link what the function calls. Optimising is left to the kernel that Python calls."""
        require_global_compiler_lock()
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Writes LLVM code without wrappers for Python and C, and without an entry for them."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> Literal[True]:
        state.library = PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        flags = state.flags
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        changed = super().run_pass(state)
        entry = Part()
        state.targetctx.insert_user_function(entry, state["cr"].fndesc, [state.library])
        state["cr"] = state["cr"]._replace(cfunc=entry)
        state.reload_init.extend(state.library._reload_init)
        return changed


class Part:
    """Stands for a function with one set of types where Numba asks for an entry."""


class PartCompiler(compiler.CompilerBase):
    """Numba's own pipeline, its last step apart."""

    def define_pipelines(self) -> list[Any]:
        """One pipeline, in nopython mode."""
        builder = compiler.DefaultPassBuilder
        passes = builder.define_nopython_pipeline(self.state)
        passes.passes = [(PartLowering if p is NativeLowering else p, why) for p, why in passes.passes]
        passes._finalized = False
        passes.finalize()
        return [passes]


class PartDispatcher(CPUDispatcher):
    """A function as other kernels see it; in memory only, as what they contain of it is cached with them."""

    def add_overload(self, cres: Any) -> None:
        self.overloads[tuple(cres.signature.args)] = cres


class Kernel(CPUDispatcher):
    """A function as Python calls it."""

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, pipeline_class: Any = None) -> None:
        super().__init__(py_func, locals, targetoptions, pipeline_class or compiler.Compiler)
        self.part = PartDispatcher(py_func, locals, targetoptions, PartCompiler)

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
