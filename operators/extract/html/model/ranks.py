"""Replaces the features of blocks by their ranks among a forest's thresholds, one byte each."""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import CHUNK
from corpusmill.operators.extract.html.model.forest import Cuts
from corpusmill.operators.extract.html.model.rank import VALUES, rank_32
from corpusmill.operators.extract.html.model.transpose import SIDE, transpose
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True, forceinline=True)
def _hold(bits: np.ndarray, first: Int, rows: Int, column: Int, held: np.ndarray) -> None:
    """Fills `held` with the columns from `column` on of `rows` rows, floats seen as integers in their order.

    Floats seen as integers are in order once those below 0 are turned around.
    """
    columns = min(np.int64(bits.shape[1]), np.int64(SIDE))
    whole = rows // SIDE * SIDE if columns == SIDE else np.int64(0)
    for at in range(0, whole, SIDE):
        transpose(bits, first + at, column, held, at)
    for at in range(whole, rows):
        for c in range(columns):
            value = bits[first + at, column + c]
            held[c, at] = value ^ ((value >> np.int32(31)) & np.int32(0x7FFFFFFF))
    room = (rows + VALUES - 1) // VALUES * VALUES
    for c in range(columns):
        held[c, rows:room] = held[c, 0]


@njit(cache=True, nogil=True)
def rank_columns(bits: np.ndarray, rows: Int, cuts: Cuts, first: Int, end: Int, ranks: np.ndarray) -> None:
    """Fills the rows `first` to `end` of each chunk's `ranks`, one for a feature of `cuts`.

    bits: the features, finite float32 seen as int32, a row a block. ranks: uint8[chunks, FEATURES, CHUNK], 128 taken
    off.
    """
    cuts = borrowed(cuts)
    held = np.empty((SIDE, CHUNK), np.int32)
    last = max(np.int64(bits.shape[1]) - SIDE, np.int64(0))  # no eight columns begin behind it
    for chunk in range((rows + CHUNK - 1) // CHUNK):
        count = min(np.int64(CHUNK), rows - chunk * CHUNK)
        room = (count + VALUES - 1) // VALUES * VALUES
        begin = np.int64(-SIDE)
        for k in range(first, end):
            column = cuts.column[k]
            if column >= begin + SIDE:
                begin = min(column, last)
                _hold(bits, chunk * CHUNK, count, begin, held)
            values = held[column - begin]
            lowest = highest = values[0]
            for j in range(room):
                lowest, highest = min(lowest, values[j]), max(highest, values[j])
            # Cuts that no block or every block is above are not compared.
            cut, stop = cuts.cut_from[k], cuts.cut_from[k + 1]
            while cut < stop and cuts.cut[cut] < lowest:
                cut += 1
            while cut < stop and cuts.cut[stop - 1] >= highest:
                stop -= 1
            base = cut - cuts.cut_from[k] - 128
            for at in range(0, room, VALUES):
                rank_32(values, at, cuts.cut, cut, stop, base, ranks[chunk, k])
