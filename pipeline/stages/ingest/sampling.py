"""Which records a run takes when it is not to take all: by the hash of what they hold, and up to a limit."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.dedup.keys import text_keys


def raw_column(records: pa.Table) -> str:
    """What a record holds: the bytes of a page, or a text."""
    return "content" if "content" in records.column_names else "text"


def in_sample(records: pa.Table, share: float) -> np.ndarray:
    """Boolean, whether a record's content hashes low: the same ones wherever they lie, more as the share grows.

    One without content (it could not be read) is in any sample: it is to be told.
    """
    if share >= 1:
        return np.ones(records.num_rows, bool)
    raw = records[raw_column(records)].combine_chunks()
    keys = text_keys(raw.view(TEXT))  # the bytes of pages are hashed as they are
    words = np.frombuffer(keys.buffers()[1], np.uint64)[keys.offset * 2 : (keys.offset + len(keys)) * 2 : 2]
    return (words.astype(np.float64) < share * 2.0**64) | raw.is_null().to_numpy(zero_copy_only=False)


def sampled(records: pa.Table, share: float) -> tuple[pa.Table, pa.Table]:
    """The records in a sample; and the rest, without what they hold."""
    rest = records.drop_columns([raw_column(records)])
    if share >= 1:
        return records, rest.slice(0, 0)
    keep = in_sample(records, share)
    return records.filter(pa.array(keep)), rest.filter(pa.array(~keep))


def up_to(table: pa.Table, documents: int, share: float) -> tuple[pa.Table, int]:
    """The rows up to the given number of documents in a sample, and how many are still wanted after them.

    What could not be read counts too: an input of which nothing can be is not read to its end.
    """
    wanted = table["skipped"].is_null().to_numpy() & in_sample(table, share)
    counted = np.cumsum(wanted)
    rows = int(np.searchsorted(counted, documents)) + 1
    table = table.slice(0, rows)
    return table, documents - (int(counted[table.num_rows - 1]) if table.num_rows else 0)
