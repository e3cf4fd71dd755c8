"""Ranks of many values among thresholds, values and counts kept in registers while one threshold follows another."""

from typing import Any, Protocol, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from corpusmill.operators.extract.html.base.scalars import Int

VALUES = 32
_I8, _I32 = ir.IntType(8), ir.IntType(32)
_WIDE, _NARROW = ir.VectorType(_I32, VALUES), ir.VectorType(_I8, VALUES)


class Rank(Protocol):
    """How `rank_32` looks to its callers: Numba hands the typing context over itself."""

    def __call__(
        self, values: np.ndarray, at: Int, cut: np.ndarray, first: Int, end: Int, base: Int, rank: np.ndarray
    ) -> None:
        """Sets rank[at : at + 32] to `base` and how many of cut[first:end] each of values[at : at + 32] is above.

        values, cut: int32, contiguous. base: uint8. rank: uint8, contiguous.
        """
        ...


def _splat(builder: Any, one: Any, vector: Any) -> Any:
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), one, ir.Constant(_I32, 0))
    zeros = ir.Constant(ir.VectorType(_I32, VALUES), [0] * VALUES)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)


@intrinsic
def _rank_32(typing_context: Any, values: Any, at: Any, cut: Any, first: Any, end: Any, base: Any, rank: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        of_values, of_cuts, of_ranks = (
            context.make_array(kinds[k])(context, builder, value=arguments[k]).data for k in (0, 2, 6)
        )
        place = builder.gep(of_values, [arguments[1]])
        vector = builder.load(builder.bitcast(place, _WIDE.as_pointer()), typ=_WIDE)
        vector.align = 4
        above = cgutils.alloca_once_value(builder, ir.Constant(_WIDE, None))
        with cgutils.for_range(builder, arguments[4], start=arguments[3]) as loop:
            threshold = builder.load(builder.gep(of_cuts, [loop.index]), typ=_I32)
            is_above = builder.icmp_signed(">", vector, _splat(builder, threshold, _WIDE))
            before = builder.load(above, typ=_WIDE)
            builder.store(builder.sub(before, builder.sext(is_above, _WIDE)), above)
        counts = builder.trunc(builder.load(above, typ=_WIDE), _NARROW)
        place = builder.bitcast(builder.gep(of_ranks, [arguments[1]]), _NARROW.as_pointer())
        builder.store(builder.add(counts, _splat(builder, arguments[5], _NARROW)), place).align = 1
        return context.get_dummy_value()

    return types.void(values, types.int64, cut, types.int64, types.int64, types.uint8, rank), generate


rank_32 = cast(Rank, _rank_32)
