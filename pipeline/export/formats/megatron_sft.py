"""Packed conversations as NeMo and Megatron fine-tune on them, NAME.parquet: input_ids, loss_mask, seq_start_id.

Source: the columns of NeMo's packed sequences for supervised fine-tuning (prepare_packed_sequence_data). The mask is
        of the token itself: the loader shifts labels, and the mask with them.
"""

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.tokens.packing.table import lists, values
from corpusmill.operators.tokens.schema import LOSS_MASK
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import publish_table
from corpusmill.pipeline.verify.dataset import manifest_of

PACKS = pa.schema(
    [
        pa.field("input_ids", pa.list_(pa.int32()), nullable=False),
        pa.field("loss_mask", pa.list_(pa.int8()), nullable=False),
        pa.field("seq_start_id", pa.list_(pa.int32()), nullable=False),  # where each conversation begins in the row
    ]
)


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write the file; its name. InputError for a dataset without a loss mask, or of pairs."""
    manifest = manifest_of(dataset)
    if not manifest.get("loss"):
        raise InputError(["packs for fine-tuning need a loss mask: run the job with `tokens: {template: ...}`"])
    if manifest["packing"] == "pairs":
        raise InputError(["a pack of pairs would train on the worse answers too: use `export preferences`"])
    return publish_table(dataset, out, PACKS, packs, bar)


def packs(table: pa.Table) -> pa.Table:
    """The rows of a packed table with the columns of `PACKS`.

    >>> row = {"input_ids": [[5, 6, 7]], "loss_mask": [[0, 1, 1]], "seq_lens": [[2, 1]]}
    >>> packs(pa.table(row, schema=pa.schema({n: pa.list_(pa.int32()) for n in row})))["seq_start_id"].to_pylist()
    [[0, 2]]
    """
    sizes = values(table, "seq_lens").astype(np.int64)
    pieces = table["seq_lens"].combine_chunks().offsets.to_numpy().astype(np.int64)
    pieces -= pieces[0]
    begins = np.cumsum(sizes) - sizes
    starts = begins - np.repeat(begins[pieces[:-1]], np.diff(pieces))
    columns = {"input_ids": table["input_ids"], "loss_mask": table[LOSS_MASK]}
    return pa.table(columns | {"seq_start_id": lists(pieces, starts.astype(np.int32))}).cast(PACKS)
