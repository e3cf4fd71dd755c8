"""Packing moves tokens; it neither loses nor makes any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.tokens.packing.best_fit import best_fit
from corpusmill.operators.tokens.packing.concat import concat
from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.layout import Layout
from corpusmill.operators.tokens.packing.sliding import sliding
from corpusmill.operators.tokens.packing.table import sequences, unpacked, values
from corpusmill.operators.tokens.packing.unpack import chosen, documents_in
from corpusmill.operators.tokens.packing.whole import whole
from corpusmill.operators.tokens.rows import TokenRows, offsets_of
from corpusmill.operators.tokens.schema import SEQUENCES

LENGTHS = st.lists(st.integers(0, 30), max_size=12)
SIZE = 8

RULES = {
    "concat": lambda n: concat(n, sequence_tokens=SIZE),
    "whole": whole,
    "best_fit": lambda n: best_fit(n, sequence_tokens=SIZE),
    "best_fit in windows of 3": lambda n: best_fit(n, sequence_tokens=SIZE, window=3),
    "sliding": lambda n: sliding(n, sequence_tokens=SIZE, stride=3),
    "sliding without overlap": lambda n: sliding(n, sequence_tokens=SIZE, stride=SIZE),
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


@pytest.mark.thorough
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


@pytest.mark.thorough
@pytest.mark.parametrize("rule", RULES)
@given(lengths=LENGTHS, removed=st.sets(st.integers(0, 11)))
def test_a_shard_gives_its_documents_back_in_the_order_of_their_first_pieces(rule, lengths, removed):
    documents = documents_of(lengths)
    layout: Layout = RULES[rule](np.array(lengths, np.int64))
    table = sequences(documents, layout)
    back = documents_in(table)
    first = list(dict.fromkeys(values(table, "doc_ids").tolist()))
    assert back.doc_ids.tolist() == first
    place = [documents.doc_ids.tolist().index(doc_id) for doc_id in first]
    wanted = np.array([i not in removed for i in place], bool)
    left = chosen(back, wanted)
    kept = [i for i in place if i not in removed]
    assert left.leaves.tolist() == documents.leaves[kept].tolist()
    assert left.passes.tolist() == documents.passes[kept].tolist()
    assert [left.rows.row(k).tolist() for k in range(len(left.rows))] == [documents.rows.row(i).tolist() for i in kept]


def test_a_shard_that_lacks_the_begin_of_a_document_is_refused():
    documents = documents_of([20, 3])
    table = sequences(documents, concat(np.array([20, 3]), sequence_tokens=SIZE))
    with pytest.raises(ValueError, match="its tokens before 8 are in no piece"):
        documents_in(table.take([1, 2]))


@pytest.mark.thorough
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


@given(lengths=LENGTHS, window=st.integers(1, 20))
def test_best_fit_cuts_only_what_is_longer_than_a_sequence_and_never_overfills_one(lengths, window):
    table = sequences(documents_of(lengths), best_fit(np.array(lengths, np.int64), sequence_tokens=SIZE, window=window))
    pieces = [(doc, n) for row in table.to_pylist() for doc, n in zip(row["doc_ids"], row["seq_lens"], strict=True)]
    for index, n in enumerate(lengths):
        mine = [length for doc, length in pieces if doc == (len(lengths) - index) * 1_000]
        assert sorted(mine, reverse=True) == [SIZE] * (n // SIZE) + [n % SIZE] * (n % SIZE > 0)
    assert max(table.column("n_tokens").to_pylist(), default=0) <= SIZE


def best_fit_by_hand(lengths: list[int], size: int) -> list[list[int]]:
    """The plain rule over one window: longest first, into the fullest bin that fits it."""
    bins: list[list[int]] = []
    for piece in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        fits = [b for b in bins if sum(lengths[i] for i in b) + lengths[piece] <= size]
        if fits:
            max(fits, key=lambda b: sum(lengths[i] for i in b)).append(piece)
        else:
            bins.append([piece])
    return bins


@given(lengths=st.lists(st.integers(1, SIZE), max_size=14))
def test_best_fit_leaves_as_much_room_as_the_plain_rule(lengths):
    layout = best_fit(np.array(lengths, np.int64), sequence_tokens=SIZE)
    filled = [layout.tokens[layout.pieces(k, k + 1)].sum() for k in range(layout.sequences)]
    by_hand = [sum(lengths[i] for i in b) for b in best_fit_by_hand(lengths, SIZE)]
    assert sorted(filled) == sorted(by_hand)


@given(lengths=LENGTHS)
def test_sliding_stretches_overlap_by_what_the_stride_leaves(lengths):
    layout = sliding(np.array(lengths, np.int64), sequence_tokens=SIZE, stride=3)
    same = layout.document[1:] == layout.document[:-1]
    assert set((layout.start[1:] - layout.start[:-1])[same]) <= {3}
    assert set(layout.tokens[:-1][same]) <= {SIZE}


@pytest.mark.parametrize(
    "rule",
    [
        lambda: sliding(np.array([3]), sequence_tokens=4, stride=5),
        lambda: concat(np.array([3]), sequence_tokens=0),
        lambda: best_fit(np.array([3]), sequence_tokens=4, window=0),
    ],
)
def test_sizes_that_would_lose_tokens_are_refused(rule):
    with pytest.raises(ValueError, match=r"at least 1|must be in"):
        rule()
