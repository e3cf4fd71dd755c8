"""The order of records in an exchange file: by key, then by the second column, whatever order they came in."""

import numpy as np
import pyarrow as pa


def sorted_by_key(table: pa.Table) -> pa.Table:
    """`table` in the order of its first column (uint64 `key`), then its second (an integer), then as it came.

    A stable sort of keys first: it is fastest where the input is a row of sorted stretches, as in a merge; only rows
    that share their key are then put in order among themselves.
    """
    keys = table.column(0).to_numpy()
    second = table.column(1).to_numpy()
    order = order_of(keys, second)
    return table if order is None else table.take(pa.array(order))


def order_of(keys: np.ndarray, second: np.ndarray) -> np.ndarray | None:
    """The permutation that sorts by (keys, second), stable; None where they are in order as they are."""
    later = keys[1:]
    if np.all((keys[:-1] < later) | ((keys[:-1] == later) & (second[:-1] <= second[1:]))):
        return None
    order = np.argsort(keys, kind="stable")
    ordered, companions = keys[order], second[order]
    wrong = (ordered[:-1] == ordered[1:]) & (companions[:-1] > companions[1:])
    if wrong.any():
        tied = np.zeros(len(keys), np.bool_)
        tied[:-1] = ordered[:-1] == ordered[1:]
        tied[1:] |= tied[:-1].copy()
        rows = np.flatnonzero(tied)
        order[rows] = order[rows][np.lexsort((companions[rows], ordered[rows]))]
    return order
