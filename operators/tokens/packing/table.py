"""From a layout and its documents to a table of sequences, and back."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.tokens.packing.documents import Documents
from corpusmill.operators.tokens.packing.layout import Layout
from corpusmill.operators.tokens.packing.pairs import with_seconds
from corpusmill.operators.tokens.rows import TokenRows, gather, offsets_of
from corpusmill.operators.tokens.schema import LOSS_MASK, SEQUENCES, SUPERVISED
from corpusmill.operators.tokens.supervised import marked, unmarked


def sequences(documents: Documents, layout: Layout, *, first: int = 0, last: int | None = None) -> pa.Table:
    """The rows `first` up to `last` (default: all) of the packed shard, with the columns of `SEQUENCES`."""
    last = layout.sequences if last is None else last
    pieces = layout.pieces(first, last)
    document, tokens = layout.document[pieces], layout.tokens[pieces]
    source = documents.rows.offsets[document] + layout.start[pieces]
    target = offsets_of(tokens)
    ids = np.empty(target[-1], np.int32)
    gather(documents.rows.ids, source, target, ids)
    piece_offsets = np.concatenate([[pieces.start], layout.ends[first:last]]) - pieces.start
    token_offsets = target[piece_offsets]
    columns = {
        "input_ids": lists(token_offsets, ids),
        "seq_lens": lists(piece_offsets, tokens.astype(np.int32)),
        "doc_ids": lists(piece_offsets, documents.doc_ids[document]),
        "doc_offsets": lists(piece_offsets, layout.start[pieces].astype(np.int32)),
        "leaf": lists(piece_offsets, documents.leaves[document]),
        "pass": lists(piece_offsets, documents.passes[document]),
        "n_tokens": pa.array(np.diff(token_offsets).astype(np.int32)),
    }
    return pa.table(columns, schema=SEQUENCES)


def with_mask(table: pa.Table) -> pa.Table:
    """Sequences whose ids say what is trained on (`tokens.supervised`), with plain ids and the column `loss_mask`."""
    column = table["input_ids"].combine_chunks()
    ids, mask = unmarked(column.values.to_numpy()[column.offsets[0].as_py() : column.offsets[-1].as_py()])
    offsets = column.offsets.to_numpy().astype(np.int64)
    offsets -= offsets[0]
    place = table.column_names.index("input_ids")
    plain = table.set_column(place, table.schema.field("input_ids"), lists(offsets, ids))
    return plain.append_column(SUPERVISED.field(LOSS_MASK), lists(offsets, mask))


def with_marks(table: pa.Table) -> pa.Table:
    """The other way round: `loss_mask`, where there is one, as the bit of the ids."""
    if LOSS_MASK not in table.column_names:
        return table
    column = table["input_ids"].combine_chunks()
    offsets = column.offsets.to_numpy().astype(np.int64)
    ids = marked(values(table, "input_ids"), values(table, LOSS_MASK).astype(np.uint8))
    if (table.schema.metadata or {}).get(b"corpusmill.packing") == b"pairs":
        ids = with_seconds(ids, values(table, "seq_lens"))
    place = table.column_names.index("input_ids")
    plain = table.set_column(place, table.schema.field("input_ids"), lists(offsets - offsets[0], ids))
    return plain.drop_columns([LOSS_MASK])


def unpacked(table: pa.Table) -> Documents:
    """The documents a table of sequences holds, each whole, by (doc_id, pass): what `sequences` was given, sorted.

    Stretches that lie in two pieces (a sliding window) must agree, and no stretch may be missing: else ValueError.
    """
    flat = {name: values(table, name) for name in ("seq_lens", "doc_ids", "doc_offsets", "leaf", "pass")}
    begins = offsets_of(flat["seq_lens"])
    ids = values(table, "input_ids")
    order = np.lexsort((flat["doc_offsets"], flat["pass"], flat["doc_ids"]))
    found: dict[tuple[int, int], list[np.ndarray]] = {}
    leaf: dict[tuple[int, int], int] = {}
    for piece in order:
        key = (int(flat["doc_ids"][piece]), int(flat["pass"][piece]))
        parts = found.setdefault(key, [])
        leaf[key] = int(flat["leaf"][piece])
        had, start = sum(map(len, parts)), int(flat["doc_offsets"][piece])
        if start > had:
            raise ValueError(f"document {key[0]}, pass {key[1]}: tokens {had} to {start} are in no piece")
        stretch = ids[begins[piece] : begins[piece + 1]]
        if start < had:
            again = np.concatenate(parts)[start:]
            if not np.array_equal(again[: len(stretch)], stretch[: len(again)]):
                raise ValueError(f"document {key[0]}, pass {key[1]}: two pieces disagree from token {start} on")
        parts.append(stretch[had - start :])
    rows = [np.concatenate(parts) for parts in found.values()]
    return Documents(
        rows=TokenRows(offsets=offsets_of([len(row) for row in rows]), ids=np.concatenate([*rows, ids[:0]])),
        doc_ids=np.array([doc_id for doc_id, _ in found], np.int64),
        leaves=np.array(list(leaf.values()), np.int32),
        passes=np.array([pass_ for _, pass_ in found], np.int16),
    )


def values(table: pa.Table, name: str) -> np.ndarray:
    """All values of a list column, end to end."""
    return pc.list_flatten(table.column(name).combine_chunks()).to_numpy()


def lists(offsets: np.ndarray, flat: np.ndarray) -> pa.Array:
    """An Arrow list array; OverflowError if it is too big for 32-bit offsets: build fewer sequences at a time."""
    if offsets[-1] > np.iinfo(np.int32).max:
        raise OverflowError(f"{offsets[-1]} values in one list column: build fewer sequences at a time")
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32), pa.int32()), pa.array(flat))
