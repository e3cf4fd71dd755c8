"""Preferences as trainers of DPO read them, NAME.parquet: ids of prompt, better and worse answer, and their masks.

Source: the columns are those that TRL's DPOTrainer makes of a preference: prompt_ids, chosen_ids, rejected_ids.
"""

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.tokens.packing.pairs import shared
from corpusmill.operators.tokens.packing.table import lists, values
from corpusmill.operators.tokens.rows import gather, offsets_of
from corpusmill.operators.tokens.schema import LOSS_MASK
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import publish_table
from corpusmill.pipeline.verify.dataset import manifest_of

PAIRS = pa.schema(
    [
        *(pa.field(f"{name}_ids", pa.list_(pa.int32()), nullable=False) for name in ("prompt", "chosen", "rejected")),
        *(pa.field(f"{name}_mask", pa.list_(pa.int8()), nullable=False) for name in ("chosen", "rejected")),
        pa.field("doc_id", pa.int64(), nullable=False),
    ]
)


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write the file; its name. InputError for a dataset that is not packed as pairs."""
    if manifest_of(dataset)["packing"] != "pairs":
        raise InputError(["this dataset has no pairs: run the job with `tokens: {packing: pairs}`"])
    return publish_table(dataset, out, PAIRS, answers_of, bar)


def answers_of(table: pa.Table) -> pa.Table:
    """The rows of a packed table of pairs with the columns of `PAIRS`.

    The prompt is what both conversations begin with, up to the first token that is trained on.
    """
    ids, mask = values(table, "input_ids"), values(table, LOSS_MASK)
    begins = offsets_of(values(table, "seq_lens"))
    first, second, end = begins[0:-1:2], begins[1::2], begins[2::2]
    trained = np.flatnonzero(mask)
    starts = [trained[np.searchsorted(trained, place)] - place for place in (first, second)]
    prompt = np.minimum(*starts)
    shared(ids, first, second, prompt)
    columns = {
        "prompt_ids": _cut(ids, first, prompt),
        "chosen_ids": _cut(ids, first + prompt, second - first - prompt),
        "rejected_ids": _cut(ids, second + prompt, end - second - prompt),
        "chosen_mask": _cut(mask.astype(np.int32), first + prompt, second - first - prompt).cast(pa.list_(pa.int8())),
        "rejected_mask": _cut(mask.astype(np.int32), second + prompt, end - second - prompt).cast(pa.list_(pa.int8())),
        "doc_id": pa.array(values(table, "doc_ids")[0::2]),
    }
    return pa.table(columns).cast(PAIRS)


def _cut(flat: np.ndarray, begin: np.ndarray, size: np.ndarray) -> pa.Array:
    target = offsets_of(size)
    out = np.empty(target[-1], np.int32)
    gather(flat, begin, target, out)
    return lists(target, out)
