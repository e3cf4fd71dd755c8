"""Numbers of documents: they sort as (run, shard, row), and never overflow in silence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.errors import IdsExhausted
from corpusmill.pipeline.files.ids import ROW_BITS, RUN_BITS, SHARD_BITS, digest, doc_ids, shard_of

RUNS, SHARDS, ROWS = (st.integers(0, (1 << bits) - 1) for bits in (RUN_BITS, SHARD_BITS, ROW_BITS))


@given(RUNS, SHARDS, ROWS)
def test_a_number_gives_back_what_it_was_made_of(run, shard, row):
    made = int(doc_ids(run=run, shard=shard, rows=np.array([row]), uri="")[0])
    assert made >= 0
    assert shard_of(made) == (run, shard, row)


@given(st.tuples(RUNS, SHARDS, ROWS), st.tuples(RUNS, SHARDS, ROWS))
def test_numbers_sort_by_run_then_shard_then_row(one, other):
    ids = [int(doc_ids(run=r, shard=s, rows=np.array([w]), uri="")[0]) for r, s, w in (one, other)]
    assert (ids[0] < ids[1]) == (one < other)


@pytest.mark.parametrize(
    ("run", "shard", "row"), [(1 << RUN_BITS, 0, 0), (0, 1 << SHARD_BITS, 0), (0, 0, 1 << ROW_BITS)]
)
def test_too_many_is_an_error_with_a_remedy(run, shard, row):
    with pytest.raises(IdsExhausted, match=r"start a new one|split"):
        doc_ids(run=run, shard=shard, rows=np.array([row]), uri="a.wet")


def test_a_digest_depends_on_every_part_but_not_on_the_order_of_keys():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert len({digest("ab", "c"), digest("a", "bc"), digest("a", "b", "c")}) == 3
