"""The columns of the files about documents that lie beside a dataset."""

import pyarrow as pa

DOCUMENTS = pa.schema(
    {
        "doc_id": pa.int64(),
        "source": pa.string(),
        "source_id": pa.string(),  # the record's own number in its source
        "url": pa.string(),
        "fetched_at_utc": pa.timestamp("s", "UTC"),
        "domain": pa.string(),
        "language": pa.string(),
        "license": pa.string(),  # that the job states for the source
        "group": pa.string(),  # of the mix, as it was selected
        "n_tokens": pa.int32(),
        "copies": pa.int32(),  # in the dataset
    }
)
