"""Where in lists, tables and code an element lies."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.text.kernel import njit

_PLACES = T.IN_TABLE | T.IN_ITEM | T.IN_CODE


class Place(NamedTuple):
    """Rows of the nearest elements of each kind that hold an element, or are it; -1 where there is none."""

    item: Int  # li
    code: Int  # pre
    row: Int  # tr of the nearest table
    cell: Int  # td or th of this row


@njit(cache=True, nogil=True, forceinline=True)
def place_of(ws: Workspace, element: Int) -> Place:
    """The place of the element in row `element`."""
    item = code = row = cell = np.int64(-1)
    left = ws.elements[element, C.ANCESTRY] & _PLACES  # kinds that are around it and not met yet
    at = np.int64(element)
    while left:
        tag = ws.elements[at, C.TAG]
        if tag == T.LI:
            if item < 0:
                item = at
            left &= ~T.IN_ITEM
        elif tag == T.PRE:
            if code < 0:
                code = at
            left &= ~T.IN_CODE
        elif left & T.IN_TABLE:
            if tag == T.TABLE:
                left &= ~T.IN_TABLE
            elif tag == T.TR:
                row = at
                left &= ~T.IN_TABLE
            elif cell < 0 and (tag == T.TD or tag == T.TH):
                cell = at
        at = np.int64(ws.elements[at, C.PARENT])
    return Place(item, code, row, cell)


@njit(cache=True, nogil=True)
def cells_between(ws: Workspace, row: Int, first: Int, last: Int) -> Int:
    """Cells of a table row between two of its cells."""
    count = 0
    for e in range(first + 1, last):
        tag = ws.elements[e, C.TAG]
        count += ws.elements[e, C.PARENT] == row and (tag == T.TD or tag == T.TH)
    return count
