"""Thresholds that say what share of documents lies below, for each group of documents apart.

Each batch gives a histogram of its values by group; histograms add up; the thresholds found come back as JSON lines,
one a group, column and quantile. A group is the values of the columns it is told by; null is "". Groups that are
too small have no line of their own: for them, the line of all documents together holds, whose group is null.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import NUMBER, numbers
from corpusmill.operators.contract import Columns
from corpusmill.operators.text.bins import bins_of

HISTOGRAM = pa.schema({"column": pa.string(), "group": pa.string(), "bin": pa.int64(), "documents": pa.int64()})
ALL = "null"  # the group of all documents, as JSON


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The bin (text.bins) of the value of `column` that has `quantile` of its group's documents before it."""

    group: str  # as `group_key` writes it
    column: str
    quantile: float
    bin: int


def group_key(group: Sequence[str] | None) -> str:
    """A group as histograms name it.

    >>> group_key(("en", "web")), group_key(None)
    ('["en","web"]', 'null')
    """
    return json.dumps(group if group is None else list(group), ensure_ascii=False, separators=(",", ":"))


def columns_read(columns: Sequence[str], by: Sequence[str]) -> Columns:
    """What a step reads that measures `columns` in groups told by `by`."""
    return {**dict.fromkeys(columns, NUMBER), **dict.fromkeys(by, pa.string())}


def histogram(batch: Batch, columns: Sequence[str], by: Sequence[str]) -> pa.Table:
    """Columns of HISTOGRAM: how many documents have a value in each bin, by group and in all; sorted."""
    names, place = groups_of(batch, by)
    found = [HISTOGRAM.empty_table()]
    for column in columns:
        known, bins = places(batch, column)
        for keys, at in ((names, place), ([ALL], np.zeros(len(place), np.int64))):
            cells, counts = np.unique(np.stack((at[known], bins[known])), axis=1, return_counts=True)
            told = pa.array(keys, pa.string()).take(pa.array(cells[0]))
            found.append(
                pa.table([pa.repeat(column, len(counts)), told, pa.array(cells[1]), pa.array(counts)], schema=HISTOGRAM)
            )
    return pa.concat_tables(found)


def places(batch: Batch, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each value is a number (bool), and its bin; null and NaN are none."""
    values = numbers(batch.column(column)).cast(pa.float64(), safe=False)
    floats = values.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return ~np.isnan(floats), bins_of(floats)


def groups_of(batch: Batch, by: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """The different groups of a batch, by `group_key`, and which of them each document is in (int64)."""
    if not by or not batch.num_rows:
        return [group_key(())], np.zeros(batch.num_rows, np.int64)
    parts = [pc.fill_null(batch.column(name), "").dictionary_encode() for name in by]
    codes = np.stack([part.indices.to_numpy() for part in parts])
    combined, place = np.unique(codes, axis=1, return_inverse=True)
    words = [part.dictionary.to_pylist() for part in parts]
    keys = [group_key([words[i][code] for i, code in enumerate(cell)]) for cell in combined.T]
    return keys, place.reshape(-1)


def to_lines(thresholds: Sequence[Threshold]) -> bytes:
    """The thresholds as they travel."""
    told = [{"group": t.group, "column": t.column, "quantile": t.quantile, "bin": t.bin} for t in thresholds]
    return "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in told).encode()


def from_lines(content: bytes) -> Mapping[tuple[str, str, float], int]:
    """(group_key, column, quantile) -> bin."""
    told = [json.loads(line) for line in content.decode().splitlines()]
    return {(t["group"], t["column"], t["quantile"]): t["bin"] for t in told}


def thresholds_of(
    found: Mapping[tuple[str, str, float], int], names: Sequence[str], column: str, quantile: float, missing: int
) -> np.ndarray:
    """The bin of a quantile in each of these groups: its own, or that of all documents, or `missing`; int64."""
    whole = found.get((ALL, column, quantile), missing)
    return np.array([found.get((name, column, quantile), whole) for name in names], np.int64)
