"""Arrays without reference counts, for the inside of a kernel: each count is an atomic write."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def borrowed(typing_context: Any, arrays: Any) -> Any:
    """The same named tuple of arrays, unowned: valid as long as the caller holds the original."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        views = []
        for kind, value in zip(signature.args[0].types, cgutils.unpack_tuple(builder, arguments[0]), strict=True):
            view = context.make_array(kind)(context, builder, value=value)
            view.meminfo = ir.Constant(view.meminfo.type, None)
            view.parent = ir.Constant(view.parent.type, None)
            views.append(view._getvalue())
        return context.make_tuple(builder, signature.return_type, views)

    return arrays(arrays), generate
