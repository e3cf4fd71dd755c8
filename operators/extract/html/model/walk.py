"""Walks one tree for many blocks at once and adds their leaves' values, where each block stands kept in registers.

A node asks every block: is it here, and is its rank low enough for the left? All others move on to the right. LLVM
makes five instructions for 32 blocks of it on x86-64-v3. The values of the leaves are found by one instruction for 32
bytes where the processor has it (`model.tables`).
"""

from typing import Any, Protocol, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.model.tables import add_one_by_one, add_values, has_tables

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)


class Walk(Protocol):
    """How the walks look to their callers: Numba hands the typing context over itself."""

    def __call__(
        self,
        node: np.ndarray,
        first: Int,
        end: Int,
        ranks: np.ndarray,
        leaf: np.ndarray,
        leaf_bytes: np.ndarray,
        leaf_from: Int,
        leaf_end: Int,
        total: np.ndarray,
    ) -> None:
        """Adds the value of each block's leaf to `total`, by nodes first to end and the rows of `ranks`.

        node: uint32[nodes, 4]; leaf, leaf_bytes: see `Forest`, leaf_from to leaf_end. ranks: uint8[features,
        CHUNK], contiguous, 128 taken off. total: float32, in the order of `tables.PLACE`.
        """
        ...


def walk_of(blocks: int, tables: bool | None = None) -> Walk:
    """The walk of so many blocks, a multiple of 32. tables: whether to use them; by default where the target can."""
    vector, words = ir.VectorType(_I8, blocks), ir.VectorType(_I32, blocks // 4)

    def splat(builder: Any, word: Any) -> Any:
        """Four equal bytes in a word, as often as there are blocks."""
        one = builder.insert_element(ir.Constant(words, ir.Undefined), word, ir.Constant(_I32, 0))
        all_first = ir.Constant(ir.VectorType(_I32, blocks // 4), [0] * (blocks // 4))
        return builder.bitcast(builder.shuffle_vector(one, ir.Constant(words, ir.Undefined), all_first), vector)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        node, ranks, leaf, leaf_bytes, total = (
            context.make_array(kinds[k])(context, builder, value=arguments[k]).data for k in (0, 3, 4, 5, 8)
        )
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
        if has_tables(builder) if tables is None else tables:
            add_values(builder, blocks, builder.load(stands, typ=vector), leaf_bytes, arguments[6:8], total)
        else:
            add_one_by_one(builder, blocks, stands, leaf, arguments[6], total)
        return context.get_dummy_value()

    def typed(
        typing_context: Any,
        node: Any,
        first: Any,
        end: Any,
        ranks: Any,
        leaf: Any,
        leaf_bytes: Any,
        leaf_from: Any,
        leaf_end: Any,
        total: Any,
    ) -> Any:
        places = (types.int64, types.int64)
        return types.void(node, *places, ranks, leaf, leaf_bytes, *places, total), generate

    return cast(Walk, intrinsic(typed))


walk_32, walk_64, walk_96, walk_128 = map(walk_of, (32, 64, 96, 128))
