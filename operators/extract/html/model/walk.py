"""Walks one tree for many blocks at once, where each block stands kept in registers.

A node asks every block: is it here, and is its rank low enough for the left? All others move on to the right. LLVM
makes five instructions for 32 blocks of it on x86-64-v3.
"""

from typing import Any, Protocol, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from corpusmill.operators.extract.html.base.scalars import Int

_I32, _I64 = ir.IntType(32), ir.IntType(64)


class Walk(Protocol):
    """How the walks look to their callers: Numba hands the typing context over itself."""

    def __call__(self, node: np.ndarray, first: Int, end: Int, ranks: np.ndarray, leaf: np.ndarray) -> None:
        """Fills `leaf` with the leaf of each block, by the nodes first to end of `node` and the columns of `ranks`.

        node: uint32[nodes, 4], see `forest.Forest`. ranks: uint8, contiguous, 128 taken off. leaf: uint8.
        """
        ...


def _walk(blocks: int) -> Any:
    """The walk of so many blocks, a multiple of 4."""
    vector, words = ir.VectorType(ir.IntType(8), blocks), ir.VectorType(_I32, blocks // 4)

    def splat(builder: Any, word: Any) -> Any:
        """Four equal bytes in a word, as often as there are blocks."""
        one = builder.insert_element(ir.Constant(words, ir.Undefined), word, ir.Constant(_I32, 0))
        all_first = ir.Constant(ir.VectorType(_I32, blocks // 4), [0] * (blocks // 4))
        return builder.bitcast(builder.shuffle_vector(one, ir.Constant(words, ir.Undefined), all_first), vector)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        node, ranks, leaf = (context.make_array(kinds[k])(context, builder, value=arguments[k]).data for k in (0, 3, 4))
        fields = builder.bitcast(node, _I32.as_pointer())
        zeros = ir.Constant(vector, None)
        stands = cgutils.alloca_once_value(builder, zeros)
        with cgutils.for_range(builder, arguments[2], start=arguments[1]) as loop:
            begin = builder.mul(loop.index, ir.Constant(_I64, 4))
            row, least, here, step = (
                builder.load(builder.gep(fields, [builder.add(begin, ir.Constant(_I64, k))]), typ=_I32)
                for k in range(4)
            )
            place = builder.gep(ranks, [builder.zext(row, _I64)])
            rank = builder.load(builder.bitcast(place, vector.as_pointer()), typ=vector)
            rank.align = 1
            at = builder.load(stands, typ=vector)
            goes_left = builder.icmp_signed(">", splat(builder, least), rank)
            moves = builder.and_(builder.icmp_unsigned("==", at, splat(builder, here)), builder.not_(goes_left))
            builder.store(builder.add(at, builder.select(moves, splat(builder, step), zeros)), stands)
        place = builder.bitcast(leaf, vector.as_pointer())
        builder.store(builder.load(stands, typ=vector), place).align = 1
        return context.get_dummy_value()

    def typed(typing_context: Any, node: Any, first: Any, end: Any, ranks: Any, leaf: Any) -> Any:
        return types.void(node, types.int64, types.int64, ranks, leaf), generate

    return intrinsic(typed)


walk_128, walk_64 = cast(Walk, _walk(128)), cast(Walk, _walk(64))
