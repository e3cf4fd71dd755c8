"""The documents of a packed shard, whole again, in the order in which they were packed."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.table import values
from corpusmill.operators.tokens.rows import TokenRows, gather, offsets_of


def documents_in(table: pa.Table) -> Documents:
    """Each document with each pass, by where its first piece stands. ValueError when tokens of one are in no piece.

    Of tokens that stand in two pieces (a sliding window) the first are taken.
    """
    flat = {name: values(table, name) for name in ("seq_lens", "doc_ids", "doc_offsets", "leaf", "pass")}
    doc, pass_, start = (flat[name].astype(np.int64) for name in ("doc_ids", "pass", "doc_offsets"))
    _, first, group = np.unique(np.rec.fromarrays([doc, pass_]), return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")[group]
    order = np.lexsort((start, rank))
    rank, begin, size = rank[order], start[order], flat["seq_lens"].astype(np.int64)[order]
    opens = np.concatenate((np.ones(min(1, len(rank)), bool), rank[1:] != rank[:-1]))
    had = np.where(opens, 0, np.concatenate((np.zeros(min(1, len(rank)), np.int64), (begin + size)[:-1])))
    if (begin > had).any():
        at = order[int(np.argmax(begin > had))]
        raise ValueError(f"document {doc[at]}, pass {pass_[at]}: its tokens before {start[at]} are in no piece")
    fresh = np.maximum(begin + size - had, 0)
    target = offsets_of(fresh)
    ids = np.empty(target[-1], np.int32)
    gather(values(table, "input_ids"), offsets_of(flat["seq_lens"])[:-1][order] + (had - begin), target, ids)
    named = order[opens]
    return Documents(
        rows=TokenRows(offsets=np.append(target[:-1][opens], target[-1:]), ids=ids),
        doc_ids=flat["doc_ids"][named],
        leaves=flat["leaf"][named],
        passes=flat["pass"][named],
    )


def chosen(documents: Documents, mask: np.ndarray) -> Documents:
    """Those of the documents for which `mask`, bool, says so."""
    rows = documents.rows
    offsets = offsets_of(np.diff(rows.offsets)[mask])
    ids = np.empty(offsets[-1], np.int32)
    gather(rows.ids, rows.offsets[:-1][mask], offsets, ids)
    return Documents(
        rows=TokenRows(offsets=offsets, ids=ids),
        doc_ids=documents.doc_ids[mask],
        leaves=documents.leaves[mask],
        passes=documents.passes[mask],
    )
