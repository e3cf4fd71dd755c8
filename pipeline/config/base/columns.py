"""Names the columns every document carries."""

import pyarrow as pa

from corpusmill.operators.contract import Columns

# What every document carries from here to the end, null where unknown.
STANDARD: Columns = {
    "doc_id": pa.int64(),
    "offset": pa.int64(),
    "source_id": pa.string(),
    "url": pa.string(),
    "fetched_at_utc": pa.timestamp("s", "UTC"),
    "domain": pa.string(),
    "language": pa.string(),
}
