"""What stays of each group: as plain Python finds it, in however many pieces the entries come."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.text.ranking import ENTRY, RUN_SHIFT, in_order, leading, ranks_of, within

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.integers(1, 4)),
    max_size=30,
)


def table(rows: list[tuple[int, int, int, int, int]]) -> pa.Table:
    """Entries of (group, run, rank, tie, weight); the place in the list is the row."""
    ids = [run << int(RUN_SHIFT) | i for i, (_, run, *_) in enumerate(rows)]
    columns = [[r[0] for r in rows], ids, *([r[i] for r in rows] for i in (2, 3, 4))]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, ENTRY, strict=True)], schema=ENTRY)


def plain(rows: list[tuple[int, int, int, int, int]], limit: int) -> set[int]:
    """The places that stay."""
    found: set[int] = set()
    for group in {r[0] for r in rows}:
        taken = 0
        for run in range(3):
            mine = sorted((r[2], r[3], i) for i, r in enumerate(rows) if r[:2] == (group, run))
            for _, _, i in mine:
                if taken + rows[i][4] > limit:
                    break
                taken += rows[i][4]
                found.add(i)
    return found


def stay(entries: pa.Table, limit: int) -> set[int]:
    entries = in_order(entries)
    kept = entries.filter(pa.array(within(entries, np.full(entries.num_rows, limit))))
    return {i & ((1 << int(RUN_SHIFT)) - 1) for i in kept["doc_id"].to_pylist()}


@pytest.mark.thorough
@given(rows=ROWS, limit=st.integers(1, 8))
@settings(max_examples=200)
def test_entries_stay_as_plain_python_finds(rows, limit):
    assert stay(table(rows), limit) == plain(rows, limit)


@pytest.mark.thorough
@given(rows=ROWS, limit=st.integers(1, 8), cut=st.integers(0, 30))
@settings(max_examples=200)
def test_leaving_out_of_each_shard_what_cannot_stay_changes_nothing(rows, limit, cut):
    whole = table(rows)
    parts = [leading(in_order(p), limit) for p in (whole.slice(0, cut), whole.slice(cut))]
    assert stay(pa.concat_tables(parts), limit) == stay(whole, limit)


@given(first=st.floats(allow_nan=False), second=st.floats(allow_nan=False))
def test_higher_scores_come_first(first, second):
    ranks = ranks_of(np.array([first, second, np.nan]))
    assert (ranks[0] < ranks[1]) == (first > second)
    assert ranks[2] >= ranks[:2].max()
