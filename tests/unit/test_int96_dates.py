"""Dates as Spark and Hive write them in Parquet (INT96) are read like those of the logical type, however far away."""

import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract.files import read, reader_of

FAR = [datetime(1, 1, 1), datetime(1600, 2, 29, 3, 4, 5), datetime(2024, 1, 2, 3, 4, 5, 678901), datetime(9999, 12, 31)]
PARAMS = {"date": "day", "columns": {"at": "day", "said": "day"}, "types": {"at": "timestamp"}}


@pytest.mark.parametrize("is_int96", [False, True])
def test_dates_beyond_nanoseconds_are_those_of_the_file(is_int96: bool):
    table = pa.table({"text": ["eins"] * len(FAR), "day": pa.array(FAR, pa.timestamp("us"))})
    out = io.BytesIO()
    pq.write_table(table, out, use_deprecated_int96_timestamps=is_int96)
    rows = [row for row in read(reader_of("readers.parquet", PARAMS), out.getvalue()) if row["skipped"] is None]
    instants = [day.replace(microsecond=0, tzinfo=UTC) for day in FAR]
    assert [row["fetched_at_utc"] for row in rows] == instants
    assert [row["at"] for row in rows] == instants
    assert [row["said"] for row in rows] == [day.isoformat(" ", "microseconds") for day in FAR]
