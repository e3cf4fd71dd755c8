"""Small documents that every operator must survive, and how a test builds a batch of them."""

import pyarrow as pa
from hypothesis import strategies as st

from operators.batch import TEXT, Batch
from operators.contract import Columns

TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=6)


def batch_of(texts: list[str | None], columns: Columns) -> Batch:
    """A batch with `texts` in column `text` (or as bytes in `content`), an id, and blanks in whatever else is read."""
    arrays: dict[str, pa.Array] = {"doc_id": pa.array(range(len(texts)), pa.int64())}
    for name, dtype in columns.items():
        if name == "text":
            arrays[name] = pa.array(texts, TEXT)
        elif name == "content":
            arrays[name] = pa.array([None if t is None else t.encode("utf-8", "replace") for t in texts], dtype)
        else:
            arrays[name] = pa.nulls(len(texts), dtype)
    return Batch(pa.table(arrays))
