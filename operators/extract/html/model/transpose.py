"""Turns 8 columns of 8 rows into 8 rows of 8, in registers: what stands side by side can be compared together."""

from typing import Any, Protocol, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from corpusmill.operators.extract.html.base.scalars import Int

SIDE = 8
_I32, _I64 = ir.IntType(32), ir.IntType(64)
_ROW = ir.VectorType(_I32, SIDE)
# Pairs of rows to single values in turn, pairs of those to pairs in turn, then halves: lower and upper part each time.
_ONES = [0, 8, 1, 9, 4, 12, 5, 13], [2, 10, 3, 11, 6, 14, 7, 15]
_TWOS = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]
_HALVES = [0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]


class Transpose(Protocol):
    """How `transpose` looks to its callers: Numba hands the typing context over itself."""

    def __call__(self, bits: np.ndarray, row: Int, column: Int, out: np.ndarray, at: Int) -> None:
        """Sets out[c, at + r] to bits[row + r, column + c], turned to compare as float32, for r and c below SIDE.

        bits: int32, contiguous, bits of float32. out: int32, contiguous.
        """
        ...


def _both(builder: Any, one: Any, other: Any, orders: Any) -> list[Any]:
    kind = ir.VectorType(_I32, SIDE)
    return [builder.shuffle_vector(one, other, ir.Constant(kind, order)) for order in orders]


def _columns(builder: Any, rows: list[Any]) -> list[Any]:
    """The columns of eight rows."""
    ones = [pair for k in range(0, SIDE, 2) for pair in _both(builder, rows[k], rows[k + 1], _ONES)]
    # ones: of rows 0 and 1 columns 0 1 | 4 5, then 2 3 | 6 7; the same of rows 2 and 3, 4 and 5, 6 and 7
    fours = [
        quad for k in (0, 4) for side in (0, 1) for quad in _both(builder, ones[k + side], ones[k + side + 2], _TWOS)
    ]
    # fours: of rows 0 to 3 columns 0 | 4, 1 | 5, 2 | 6, 3 | 7; the same of rows 4 to 7
    halves = [_both(builder, fours[c], fours[c + 4], _HALVES) for c in range(4)]
    return [lower for lower, _ in halves] + [upper for _, upper in halves]


@intrinsic
def _transpose(typing_context: Any, bits: Any, row: Any, column: Any, out: Any, at: Any) -> Any:
    def place(context: Any, builder: Any, kind: Any, array: Any, row: Any, column: Any) -> Any:
        view = context.make_array(kind)(context, builder, value=array)
        begin = builder.mul(row, builder.extract_value(view.shape, 1))
        return builder.bitcast(builder.gep(view.data, [builder.add(begin, column)]), _ROW.as_pointer())

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits, row, column, out, at = arguments
        rows = []
        for k in range(SIDE):
            where = place(context, builder, signature.args[0], bits, builder.add(row, ir.Constant(_I64, k)), column)
            rows.append(builder.load(where, typ=_ROW))
            rows[-1].align = 4
        sign, magnitude = (ir.Constant(_ROW, [number] * SIDE) for number in (31, 0x7FFFFFFF))
        for k, found in enumerate(_columns(builder, rows)):
            turned = builder.xor(found, builder.and_(builder.ashr(found, sign), magnitude))
            where = place(context, builder, signature.args[3], out, ir.Constant(_I64, k), at)
            builder.store(turned, where).align = 4
        return context.get_dummy_value()

    return types.void(bits, types.int64, types.int64, out, types.int64), generate


transpose = cast(Transpose, _transpose)
