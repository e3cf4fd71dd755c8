"""Masks over 64 bytes at a time: bit k tells of the byte k places on. Nothing checks bounds: callers have 64 bytes.

LLVM makes two comparisons of 32 bytes and two moves of a mask of these on x86-64-v3, and more on processors without
such moves; the bits are the same everywhere.
"""

from typing import Any, Protocol, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from corpusmill.operators.extract.html.base.scalars import Int

LANES = 64
_BYTE, _MASK = ir.IntType(8), ir.IntType(64)
_VECTOR = ir.VectorType(_BYTE, LANES)


def _bytes(kind: Any) -> Any:
    """The type of an array, which must be of bytes one behind the other."""
    if not (isinstance(kind, types.Array) and kind.dtype == types.uint8 and kind.layout == "C" and kind.ndim == 1):
        raise TypingError(f"expected a contiguous array of uint8, found {kind}")
    return kind


def _loaded(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """The 64 bytes of an array from `at` on."""
    data = context.make_array(kind)(context, builder, value=array).data
    place = builder.bitcast(builder.gep(data, [at]), _VECTOR.as_pointer())
    found = builder.load(place, typ=_VECTOR)
    found.align = 1
    return found


def _splat(builder: Any, byte: Any) -> Any:
    """64 times the same byte."""
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


def _bits(builder: Any, holds: Any) -> Any:
    """A vector of 64 truths as the bits of a number, which LLVM cannot look into.

    It would else reckon with vectors of truths what is written with numbers, and take these apart byte by byte where a
    branch lies between: a comparison of 64 bytes took 20 times as long.
    """
    opaque = ir.InlineAsm(ir.FunctionType(_MASK, [_MASK]), "", "=r,0", side_effect=False)
    return builder.call(opaque, [builder.bitcast(holds, _MASK)])


@intrinsic
def _equal(typing_context: Any, src: Any, at: Any, byte: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = _loaded(context, builder, signature.args[0], *arguments[:2])
        return _bits(builder, builder.icmp_unsigned("==", vector, _splat(builder, arguments[2])))

    return types.uint64(_bytes(src), types.int64, types.uint8), generate


@intrinsic
def _between(typing_context: Any, src: Any, at: Any, low: Any, high: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = _loaded(context, builder, signature.args[0], *arguments[:2])
        low, high = arguments[2:]
        above = builder.sub(vector, _splat(builder, low))
        reach = _splat(builder, builder.sub(high, low))
        return _bits(builder, builder.icmp_unsigned("<=", above, reach))

    return types.uint64(_bytes(src), types.int64, types.uint8, types.uint8), generate


def bytes_of(*ranges: tuple[int, int]) -> "InRanges":
    """The mask of all bytes in any of these ranges, each from a lowest to a highest: one mask in place of several.

    Numbers are moved out of vectors once a mask, by one of a processor's ports: this is what several masks cost.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector, holds = _loaded(context, builder, signature.args[0], *arguments), None
        for low, high in ranges:
            lowest, reach = (ir.Constant(_VECTOR, [number] * LANES) for number in (low, high - low))
            if low == high:
                one = builder.icmp_unsigned("==", vector, lowest)
            else:
                one = builder.icmp_unsigned("<=", builder.sub(vector, lowest), reach)
            holds = one if holds is None else builder.or_(holds, one)
        return _bits(builder, holds)

    def typed(typing_context: Any, src: Any, at: Any) -> Any:
        return types.uint64(_bytes(src), types.int64), generate

    return cast(InRanges, intrinsic(typed))


@intrinsic
def _copied(typing_context: Any, src: Any, at: Any, out: Any, to: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = _loaded(context, builder, signature.args[0], *arguments[:2])
        data = context.make_array(signature.args[2])(context, builder, value=arguments[2]).data
        place = builder.bitcast(builder.gep(data, [arguments[3]]), _VECTOR.as_pointer())
        builder.store(vector, place).align = 1
        return context.get_dummy_value()

    return types.void(_bytes(src), types.int64, _bytes(out), types.int64), generate


@intrinsic
def _eight(typing_context: Any, src: Any, at: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, value=arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), _MASK.as_pointer())
        found = builder.load(place, typ=_MASK)
        found.align = 1
        return found

    return types.uint64(_bytes(src), types.int64), generate


@intrinsic
def _trailing(typing_context: Any, mask: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@intrinsic
def _ones(typing_context: Any, mask: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


class Equal(Protocol):
    """How `equal` looks to its callers: Numba hands the typing context over itself."""

    def __call__(self, src: np.ndarray, at: Int, byte: Int) -> np.uint64:
        """Which of the 64 bytes from src[at] on are `byte`."""
        ...


class Between(Protocol):
    """How `between` looks to its callers."""

    def __call__(self, src: np.ndarray, at: Int, low: Int, high: Int) -> np.uint64:
        """Which of the 64 bytes from src[at] on are from `low` to `high`."""
        ...


class InRanges(Protocol):
    """How the masks of `bytes_of` look to their callers."""

    def __call__(self, src: np.ndarray, at: Int) -> np.uint64:
        """Which of the 64 bytes from src[at] on are in one of the ranges."""
        ...


class Copy(Protocol):
    """How `copy_lanes` looks to its callers."""

    def __call__(self, src: np.ndarray, at: Int, out: np.ndarray, to: Int) -> None:
        """Copies 64 bytes from src[at] on to out[to] on."""
        ...


class Eight(Protocol):
    """How `eight_bytes` looks to its callers."""

    def __call__(self, src: np.ndarray, at: Int) -> np.uint64:
        """The 8 bytes from src[at] on as a number, in the machine's order."""
        ...


class Count(Protocol):
    """How `trailing_zeros` and `ones` look to their callers."""

    def __call__(self, mask: Any) -> Int:
        """0 to 64."""
        ...


equal, between, copy_lanes = cast(Equal, _equal), cast(Between, _between), cast(Copy, _copied)
eight_bytes = cast(Eight, _eight)
trailing_zeros = cast(Count, _trailing)  # place of the lowest bit that is set, 64 when none is
ones = cast(Count, _ones)  # how many bits are set
