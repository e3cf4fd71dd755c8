"""Four minima of each permutation: the ends of the permuted numbers, without a sign and with one.

A permutation puts the shingles of a document on a circle of 2^32 places. Cut at 0, the smallest and the greatest
number are the first shingles to both sides of the cut; read as numbers with a sign, the circle is cut half way round.
So one multiplication gives four minima for the price of four comparisons. They are as good as those of four
permutations: of more than a few shingles the four are different ones, each is any of them with the same chance, and
drawing without putting back varies less, not more (docs/decisions/0077-four-minima-a-permutation.md).

LLVM keeps all of it in registers: for 16 permutations and a shingle 2 multiplications, 2 additions and 8 comparisons of
32 bytes on x86-64-v3, 6 where the last ends are not asked for; the numbers are the same everywhere.
"""

from typing import Any, Protocol, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from corpusmill.operators.dedup.permutations import ENDS, GROUP
from corpusmill.operators.text.kernel import njit

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_I32, GROUP)
_STARTS = (0xFFFFFFFF, 0, 0x7FFFFFFF, 0x80000000)  # what any number is beyond: least, greatest, the same with a sign


def extremes_plain(values: list[int], multiply: int, add: int) -> list[int]:
    """The four ends of a permutation of 32-bit numbers, as numbers without a sign.

    >>> extremes_plain([0, 1, 2, 3], 1, 2**31 - 2) == [2**31 - 2, 2**31 + 1, 2**31, 2**31 - 1]
    True
    """
    permuted = [(multiply * value + add) % 2**32 for value in values]
    signed = [value - 2**32 if value >= 2**31 else value for value in permuted]
    return [min(permuted), max(permuted), min(signed) % 2**32, max(signed) % 2**32]


class Ends(Protocol):
    """How these look to their callers: Numba hands the typing context over itself."""

    def __call__(
        self, values: np.ndarray, count: int, multiply: np.ndarray, add: np.ndarray, at: int, out: np.ndarray
    ) -> None:
        """Ends of values[:count] under the permutations at to at + GROUP, as `extremes` lays them out."""
        ...


def _place(builder: Any, pointer: Any, at: Any) -> Any:
    return builder.bitcast(builder.gep(pointer, [at]), _VECTOR.as_pointer())


def _read(builder: Any, pointer: Any, at: Any) -> Any:
    found = builder.load(_place(builder, pointer, at), typ=_VECTOR)
    found.align = 4
    return found


def _splat(builder: Any, value: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(_I32, 0))
    zeros = ir.Constant(_VECTOR, None)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


def _ends(kinds: int) -> Any:
    """The first so many kinds of ends."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = [context.make_array(signature.args[k])(context, builder, value=arguments[k]) for k in (0, 2, 3, 5)]
        shingles, multipliers, addends, ends = (array.data for array in arrays)
        begin = arguments[4]
        times, plus = _read(builder, multipliers, begin), _read(builder, addends, begin)
        starts = (ir.Constant(_VECTOR, [start] * GROUP) for start in _STARTS[:kinds])
        found = [cgutils.alloca_once_value(builder, start) for start in starts]
        with cgutils.for_range(builder, arguments[1]) as loop:
            value = builder.load(builder.gep(shingles, [loop.index]), typ=_I32)
            permuted = builder.add(builder.mul(_splat(builder, value), times), plus)
            for k, kept in enumerate(found):
                compare = builder.icmp_unsigned if k < 2 else builder.icmp_signed
                best = builder.load(kept, typ=_VECTOR)
                beyond = compare("<" if k % 2 == 0 else ">", permuted, best)
                builder.store(builder.select(beyond, permuted, best), kept)
        for k, kept in enumerate(found):
            place = builder.add(begin, builder.mul(arrays[1].nitems, ir.Constant(_I64, k)))
            builder.store(builder.load(kept, typ=_VECTOR), _place(builder, ends, place)).align = 4
        return context.get_dummy_value()

    def typed(typing_context: Any, values: Any, count: Any, multiply: Any, add: Any, at: Any, out: Any) -> Any:
        for kind in (values, multiply, add, out):
            good = isinstance(kind, types.Array) and kind.dtype == types.uint32 and kind.layout == "C"
            if not (good and kind.ndim == 1):
                raise TypingError(f"expected a contiguous array of uint32, found {kind}")
        return types.void(values, types.int64, multiply, add, types.int64, out), generate

    return intrinsic(typed)


_all_ends, _but_last = cast(Ends, _ends(ENDS)), cast(Ends, _ends(ENDS - 1))
assert len(_STARTS) == ENDS


@njit(cache=True, nogil=True, forceinline=True)
def extremes(
    values: np.ndarray, count: int, multiply: np.ndarray, add: np.ndarray, minima: int, out: np.ndarray
) -> None:
    """Ends of values[:count] under all permutations, the first `minima` of them at least.

    All arrays are contiguous and of uint32; out[ENDS * len(multiply)] has all least ends, then all greatest, least
    with a sign, greatest with a sign. Of no values: 2^32 - 1, 0, 2^31 - 1, 2^31.
    """
    for at in range(0, len(multiply), GROUP):
        if (ENDS - 1) * len(multiply) + at < minima:
            _all_ends(values, count, multiply, add, at, out)
        else:
            _but_last(values, count, multiply, add, at, out)
