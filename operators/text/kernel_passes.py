"""The steps by which Numba compiles a kernel, without what does nothing for kernels.

Numba looks at each function again and again: for closures, for expressions on whole arrays, and after each step for
which variables live where; it notes how long each step took and what changed. Kernels are loops over single numbers, so
that most of these steps find nothing. Each is passed over where it would find nothing, and runs as it is elsewhere.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from numba.core import compiler, errors
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import require_global_compiler_lock
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.rewrites.registry import rewrite_registry
from numba.core.typed_passes import NativeLowering, NopythonRewrites
from numba.core.untyped_passes import InlineClosureLikes

CLOSURES = "make_function", "build_list"  # in Numba's form of a function: closures, comprehensions, lists
AFTER = "after-inference"  # Numba's name for the rewrites of typed functions


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


@register_pass(mutates_CFG=True, analysis_only=False)
class Closures(InlineClosureLikes):
    """Copies closures into the function, where it has any."""

    _name = "closures_if_any"

    def run_pass(self, state: Any) -> Any:
        blocks = state.func_ir.blocks.values()
        return any(next(b.find_exprs(op), None) for b in blocks for op in CLOSURES) and super().run_pass(state)


@register_pass(mutates_CFG=True, analysis_only=False)
class Rewrites(NopythonRewrites):
    """Rewrites expressions on whole arrays and the like, where there are any."""

    _name = "rewrites_if_any"

    def run_pass(self, state: Any) -> Any:
        kinds = rewrite_registry.rewrites[AFTER]
        return any(self._matches(kind(state), state) for kind in kinds) and super().run_pass(state)

    def _matches(self, rewrite: Any, state: Any) -> bool:
        blocks = state.func_ir.blocks.values()
        return any(rewrite.match(state.func_ir, block, state.typemap, state.calltypes) for block in blocks)


class Passes(PassManager):
    """Runs the steps one after another; what fails says in which."""

    def _runPass(  # pyright: ignore[reportIncompatibleVariableOverride]  it is a function there, but for its lock
        self, index: int, pss: Any, internal_state: Any
    ) -> None:
        pss.analysis = self._analysis
        named = errors.new_error_context  # pyright: ignore[reportAttributeAccessIssue]  made at run time
        with named("Pass {name}", name=pss.name()):
            pss.run_pass(internal_state)


class KernelCompiler(compiler.CompilerBase):
    """Compiles a kernel that Python calls."""

    replaced: ClassVar[Mapping[Any, Any]] = {InlineClosureLikes: Closures, NopythonRewrites: Rewrites}

    def define_pipelines(self) -> list[Any]:
        """One pipeline, in nopython mode."""
        return [_passes(type(self), self.state)]


_made = dict[type[KernelCompiler], Passes]()


def _passes(kind: type[KernelCompiler], state: Any) -> Passes:
    """The steps, which are the same for all functions, as `text.kernel.njit` sets the same options for all."""
    if kind not in _made:
        usual = compiler.DefaultPassBuilder.define_nopython_pipeline(state)
        found = Passes("nopython")
        found.passes = [(kind.replaced.get(step, step), why) for step, why in usual.passes]
        found.finalize()
        _made[kind] = found
    return _made[kind]


class PartCompiler(KernelCompiler):
    """Compiles what kernels call."""

    replaced: ClassVar[Mapping[Any, Any]] = {**KernelCompiler.replaced, NativeLowering: PartLowering}
