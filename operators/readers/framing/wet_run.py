"""A run of sound WET records as one record batch, without a step in Python for each."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.contract import RECORD, Columns
from corpusmill.operators.readers.framing.run import Run
from corpusmill.operators.readers.framing.stretches import strings_at
from corpusmill.operators.readers.framing.warc_dates import seconds_of
from corpusmill.operators.readers.framing.warc_heads import DATE, ID, KIND, LANGUAGE, URI, heads

OPENING, CLOSING = ord("<"), ord(">")


def batch_of(run: Run, kind: str, makes: Columns) -> pa.RecordBatch | None:
    """The rows of a run: records of the given kind as documents, the others skipped by their kind.

    None when text or fields are not UTF-8: such records want to be looked at one by one.
    """
    found, data = heads(run.data, run.starts), np.frombuffer(run.data, np.uint8)
    values = found.values
    try:
        kinds = pc.utf8_lower(strings_at(data, *values[:, KIND].T)).cast(pa.string())
        document = pc.equal(kinds, kind).fill_null(False)
        ours = document.to_numpy(zero_copy_only=False)
        begins = np.where(ours, run.starts[:-1] + found.sizes, -1)
        text = strings_at(data, begins, begins + found.blocks, blank_is_null=False)
        values[~ours] = -1
        fields = {
            k: strings_at(data, *places.T) for k, places in ((URI, bare(data, values[:, URI])), (ID, values[:, ID]))
        }
        fields[LANGUAGE] = strings_at(data, *values[:, LANGUAGE].T)
        fields[DATE] = seconds_of(strings_at(data, *values[:, DATE].T))
    except pa.ArrowInvalid:
        return None
    columns = {
        "offset": pa.array(run.offsets),
        "length": pa.array(run.lengths),
        "skipped": pc.if_else(document, None, kinds.fill_null("unknown")),
        "failure": pa.nulls(len(ours), pa.string()),
        "text": text,
        "url": fields[URI],
        "fetched_at_utc": fields[DATE],
        "source_id": fields[ID],
        "declared_language": fields[LANGUAGE],
    }
    schema = pa.schema(list({**RECORD, **makes}.items()))
    return pa.RecordBatch.from_arrays([columns[f.name].cast(f.type) for f in schema], schema=schema)


def bare(data: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The places of addresses, without the angle brackets that some writers put around them."""
    begins, ends = places.T
    last = max(0, len(data) - 1)
    bracketed = (begins >= 0) & (ends - begins >= 2)
    bracketed &= (data[np.clip(begins, 0, last)] == OPENING) & (data[np.clip(ends - 1, 0, last)] == CLOSING)
    return np.stack((begins + bracketed, ends - bracketed), axis=1)
