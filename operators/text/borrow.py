"""Arrays without reference counts, for the inside of a kernel: each count is an atomic write, or at least a call."""

from typing import Any, Protocol, TypeVar, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from corpusmill.operators.text.by_reference import Reference

Arrays = TypeVar("Arrays")


class Borrowed(Protocol):
    """How `borrowed` looks to its callers: Numba hands the typing context over itself."""

    def __call__(self, arrays: Arrays) -> Arrays:
        """The same arrays."""
        ...


@intrinsic
def _borrowed(typing_context: Any, arrays: Any) -> Any:
    """The same named tuple of arrays, numbers and such tuples, with arrays that it does not own: valid as long as the
    caller holds the original.
    """

    def unowned(context: Any, builder: Any, kind: Any, value: Any) -> Any:
        if isinstance(kind, Reference):
            return value
        if isinstance(kind, types.BaseTuple):
            kinds = kind.types  # pyright: ignore[reportAttributeAccessIssue]  every tuple that has parts has it
            parts = zip(kinds, cgutils.unpack_tuple(builder, value), strict=True)
            return context.make_tuple(builder, kind, [unowned(context, builder, k, v) for k, v in parts])
        if not isinstance(kind, types.Array):
            return value
        view = context.make_array(kind)(context, builder, value=value)
        view.meminfo = ir.Constant(view.meminfo.type, None)
        view.parent = ir.Constant(view.parent.type, None)
        return view._getvalue()

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return unowned(context, builder, signature.args[0], arguments[0])

    return arrays(arrays), generate


borrowed = cast(Borrowed, _borrowed)  # a kernel that loops borrows its arguments anew: what it is handed may be owned
