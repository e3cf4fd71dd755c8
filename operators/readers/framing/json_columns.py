"""Values inside columns of JSON, the Arrow type of that name: duckdb and `datasets` write them into Parquet.

Source: https://arrow.apache.org/docs/format/CanonicalExtensions.html#json: strings, each a value of JSON.
"""

from typing import Any

import orjson
import pyarrow as pa

from corpusmill.operators.readers.framing.exact import exact, inexact
from corpusmill.operators.readers.framing.reach import reach
from corpusmill.operators.readers.framing.typed import as_text, lists_of


def inside_json(column: pa.Array, name: str) -> pa.Array:
    """Reach "a.b" in each object of JSON: lists of texts if there is a list, else texts; null where there is none.

    column: strings; what is no object, or cannot be read, has nothing inside.

    >>> inside_json(pa.array(['{"a": {"b": 1.5}}', '{"a": 2}', "[1]", None]), "a.b").to_pylist()
    ['1.5', None, None, None]
    """
    found = [None if value is None else _value(value.encode(), name) for value in column.to_pylist()]
    if any(isinstance(value, list) for value in found):
        return lists_of(found)
    return pa.array([as_text(value) for value in found], pa.string())


def _value(line: bytes, name: str) -> Any:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(record, dict):
        return None
    value = reach(record, name)
    return reach(exact(line, record), name) if inexact([value], line) else value
