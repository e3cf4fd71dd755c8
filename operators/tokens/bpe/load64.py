"""Bytes of a buffer by address: what kernels need to look at eight of them at once.

An address is an intp, as `array.ctypes.data` gives it; whoever passes it on keeps the buffer alive, and sees to it that
all the bytes read belong to it. Numbers are read with the lowest byte first, as x86-64 and arm64 store them.
"""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _load8(typing_context, address):  # noqa: ANN001, ANN202 (Numba calls these with types, not values)
    """The byte at `address`, as an int64."""

    def code(context, builder, signature, arguments):  # noqa: ANN001, ANN202
        value = builder.load(builder.inttoptr(arguments[0], ir.IntType(8).as_pointer()))
        return builder.zext(value, ir.IntType(64))

    return types.int64(types.intp), code


def _load64(typing_context, address):  # noqa: ANN001, ANN202
    """The eight bytes from `address` on, as a uint64."""

    def code(context, builder, signature, arguments):  # noqa: ANN001, ANN202
        value = builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))
        value.align = 1
        return value

    return types.uint64(types.intp), code


def _low_zeros(typing_context, number):  # noqa: ANN001, ANN202
    """How many of the lowest bits of a uint64 are zero; 64 if all are."""

    def code(context, builder, signature, arguments):  # noqa: ANN001, ANN202
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), code


# As kernels call them: on numbers, not on types. A uint64 inside a kernel is `Any` to the type checker.
load8 = cast("Callable[[int], int]", intrinsic(_load8))
load64 = cast("Callable[[int], Any]", intrinsic(_load64))
low_zeros = cast("Callable[[Any], int]", intrinsic(_low_zeros))
