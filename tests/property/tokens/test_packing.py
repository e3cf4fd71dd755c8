"""Packing moves tokens; it neither loses nor makes any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.tokens.packing.concat import concat
from operators.tokens.packing.documents import Documents
from operators.tokens.packing.layout import Layout
from operators.tokens.packing.table import offsets_of, sequences, unpacked, values
from operators.tokens.packing.whole import whole
from operators.tokens.rows import TokenRows
from operators.tokens.schema import SEQUENCES

LENGTHS = st.lists(st.integers(0, 30), max_size=12)
SIZE = 8

RULES = {
    "concat": lambda n: concat(n, sequence_tokens=SIZE),
    "whole": whole,
}


def documents_of(lengths: list[int]) -> Documents:
    """Documents with descending ids, the third use of each third, and tokens that are all different."""
    n = len(lengths)
    offsets = offsets_of(lengths)
    return Documents(
        rows=TokenRows(offsets=offsets, ids=np.arange(offsets[-1], dtype=np.int32)),
        doc_ids=np.arange(n, 0, -1) * 1_000,
        leaves=np.arange(n, dtype=np.int32) % 3,
        passes=np.arange(n, dtype=np.int16) % 3,
    )


@pytest.mark.parametrize("rule", RULES)
@given(lengths=LENGTHS)
def test_unpacking_gives_the_documents_back(rule, lengths):
    documents = documents_of(lengths)
    layout: Layout = RULES[rule](np.array(lengths, np.int64))
    back = unpacked(sequences(documents, layout))
    filled = [i for i, n in enumerate(lengths) if n][::-1]  # ids descend, what comes back ascends
    assert back.doc_ids.tolist() == documents.doc_ids[filled].tolist()
    assert back.leaves.tolist() == documents.leaves[filled].tolist()
    assert back.passes.tolist() == documents.passes[filled].tolist()
    assert [back.rows.row(k).tolist() for k in range(len(back.rows))] == [
        documents.rows.row(i).tolist() for i in filled
    ]


@pytest.mark.parametrize("rule", RULES)
@given(lengths=LENGTHS, cut=st.integers(0, 40))
def test_a_shard_built_in_parts_is_the_shard_built_at_once(rule, lengths, cut):
    documents = documents_of(lengths)
    layout = RULES[rule](np.array(lengths, np.int64))
    cut = min(cut, layout.sequences)
    parts = [sequences(documents, layout, last=cut), sequences(documents, layout, first=cut)]
    whole_table = sequences(documents, layout)
    assert whole_table.schema.equals(SEQUENCES)
    assert [row for part in parts for row in part.to_pylist()] == whole_table.to_pylist()


@given(lengths=LENGTHS)
def test_concat_fills_every_sequence_but_the_last_and_keeps_the_order(lengths):
    table = sequences(documents_of(lengths), concat(np.array(lengths, np.int64), sequence_tokens=SIZE))
    counts = table.column("n_tokens").to_pylist()
    assert all(n == SIZE for n in counts[:-1])
    assert all(1 <= n <= SIZE for n in counts[-1:])
    assert values(table, "input_ids").tolist() == list(range(sum(lengths)))


def test_a_missing_piece_is_named():
    table = sequences(documents_of([20]), concat(np.array([20]), sequence_tokens=SIZE))
    with pytest.raises(ValueError, match="document 1000, pass 0: tokens 8 to 16 are in no piece"):
        unpacked(table.take([0, 2]))
