"""Looks up the values of leaves for 32 blocks at a time, by tables of 16 bytes.

A value is four bytes. The first bytes of 16 leaves are one table, and so on: `vpshufb` looks 32 blocks up in a table at
once. The bytes found are put together as 32 values, in the order that needs the fewest instructions (`PLACE`).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, config

from corpusmill.operators.extract.html.base.workspace import CHUNK
from corpusmill.operators.extract.html.model.forest import TABLE_LEAVES

GROUP = 32
_I8, _I16, _I32, _I64, _F32 = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64), ir.FloatType()
_BYTES, _PAIRS, _FOURS = ir.VectorType(_I8, GROUP), ir.VectorType(_I16, 16), ir.VectorType(_F32, 8)
_TABLE = ir.VectorType(_I8, TABLE_LEAVES)
_WITH_VPSHUFB = ("x86-64-v3", "x86-64-v4")


def _place(block: int) -> int:
    """Where the value of a block is among those of its chunk: eights of four blocks and the four 16 blocks on."""
    group, block = divmod(block, GROUP)
    half, block = divmod(block, GROUP // 2)
    return group * GROUP + block // 4 * 8 + half * 4 + block % 4


PLACE = np.array([_place(block) for block in range(CHUNK)], np.int64)


def has_tables(builder: Any) -> bool:
    """Whether the target has an instruction for it: the baseline of x86-64 has."""
    return builder.module.triple.startswith("x86_64") and config.CPU_NAME in _WITH_VPSHUFB


def _pick(builder: Any, one: Any, other: Any, indices: list[int]) -> Any:
    kind = ir.VectorType(_I32, len(indices))
    return builder.shuffle_vector(one, other, ir.Constant(kind, indices))


def _interleaved(builder: Any, one: Any, other: Any, lanes: int, upper: bool) -> Any:
    """One lane of each in turn, from the lower or upper part of each half."""
    half = lanes // 2
    first = half // 2 if upper else 0
    order = [h * half + first + k + of * lanes for h in range(2) for k in range(half // 2) for of in range(2)]
    return _pick(builder, one, other, order)


def add_values(builder: Any, blocks: int, stands: Any, leaf_bytes: Any, places: Any, total: Any) -> None:
    """Writes code that adds the value of the leaf in each byte of `stands` to `total`, in the order of PLACE.

    places: where the values of the tree begin and end among all.
    """
    kind = ir.FunctionType(_BYTES, [_BYTES, _BYTES])
    look_up = builder.module.declare_intrinsic("llvm.x86.avx2.pshuf.b", (), kind)
    add_up_to_255 = builder.module.declare_intrinsic("llvm.uadd.sat.v32i8", (), kind)
    sixteen, room = (ir.Constant(_BYTES, [number] * GROUP) for number in (TABLE_LEAVES, 0x70))
    tables = builder.sdiv(builder.sub(places[1], places[0]), ir.Constant(_I64, TABLE_LEAVES))
    first = builder.gep(leaf_bytes, [builder.mul(places[0], ir.Constant(_I64, 4))])
    for group in range(blocks // GROUP):
        theirs = _pick(builder, stands, stands, list(range(group * GROUP, (group + 1) * GROUP)))
        rest = cgutils.alloca_once_value(builder, theirs)
        builder.store(theirs, rest)
        found = [cgutils.alloca_once(builder, _BYTES) for _ in range(4)]
        for each in found:
            builder.store(ir.Constant(_BYTES, None), each)
        with cgutils.for_range(builder, tables) as loop:
            at = builder.load(rest, typ=_BYTES)
            index = builder.call(add_up_to_255, [at, room])  # the upper bit is set, and 0 found, beyond this table
            for k, each in enumerate(found):
                offset = builder.add(builder.mul(loop.index, ir.Constant(_I64, 64)), ir.Constant(_I64, 16 * k))
                place = builder.bitcast(builder.gep(first, [offset]), _TABLE.as_pointer())
                table = builder.load(place, typ=_TABLE)
                table.align = 1
                twice = _pick(builder, table, table, [*range(16), *range(16)])
                before = builder.load(each, typ=_BYTES)
                builder.store(builder.or_(before, builder.call(look_up, [twice, index])), each)
            builder.store(builder.sub(at, sixteen), rest)
        planes = [builder.load(each, typ=_BYTES) for each in found]
        _add(builder, planes, total, group * GROUP)


def _add(builder: Any, planes: list[Any], total: Any, begin: int) -> None:
    """Adds the values that the four planes of bytes make to total[begin : begin + 32]."""
    pairs = [
        [builder.bitcast(_interleaved(builder, low, high, GROUP, upper), _PAIRS) for upper in (False, True)]
        for low, high in (planes[:2], planes[2:])
    ]
    for q in range(4):
        low, high = pairs[0][q // 2], pairs[1][q // 2]
        values = builder.bitcast(_interleaved(builder, low, high, 16, q % 2 == 1), _FOURS)
        place = builder.bitcast(builder.gep(total, [ir.Constant(_I64, begin + 8 * q)]), _FOURS.as_pointer())
        before = builder.load(place, typ=_FOURS)
        before.align = 4
        builder.store(builder.fadd(before, values), place).align = 4


def add_one_by_one(builder: Any, blocks: int, stands: Any, leaf: Any, leaf_from: Any, total: Any) -> None:
    """Writes the same for any processor. stands: where the vector of leaves lies."""
    its = builder.gep(leaf, [leaf_from])
    of_blocks = builder.bitcast(stands, _I8.as_pointer())
    orders = cgutils.global_constant(builder, "place_of_block", ir.Constant(ir.ArrayType(_I64, CHUNK), PLACE.tolist()))
    with cgutils.for_range(builder, ir.Constant(_I64, blocks)) as loop:
        at = builder.zext(builder.load(builder.gep(of_blocks, [loop.index]), typ=_I8), _I64)
        value = builder.load(builder.gep(its, [at]), typ=_F32)
        place = builder.load(builder.gep(orders, [ir.Constant(_I64, 0), loop.index]), typ=_I64)
        where = builder.gep(total, [place])
        builder.store(builder.fadd(builder.load(where, typ=_F32), value), where)
