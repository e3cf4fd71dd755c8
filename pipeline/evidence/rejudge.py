"""Applies the decisions of a job to sampled rows of signals, as ingest applied them to documents."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import NUMBER, VALUE
from corpusmill.operators.contract import Decision, mask_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.evidence.changes import decisions


def passes(rows: pa.Table, spec: JobSpec) -> np.ndarray:
    """Whether each row passes every decision of its source: bool[n]. rows: as `evidence.rows` keeps them."""
    result = np.ones(rows.num_rows, np.bool_)
    sources = rows["source"].to_numpy(zero_copy_only=False)
    for source in np.unique(sources.astype(str)).tolist():
        mine = np.flatnonzero(sources == source)
        part = rows.take(pa.array(mine))
        for decision in decisions(spec, source).values():
            result[mine] &= mask_of(decision(Batch(with_types(part, decision))))
    return result


def with_types(rows: pa.Table, decision: Decision) -> pa.Table:
    """The rows with the columns that a decision reads, in the types it reads them in."""
    for name, dtype in decision.columns_read().items():
        if name not in rows.column_names:
            rows = rows.append_column(
                name, pa.nulls(rows.num_rows, pa.float64() if dtype in (NUMBER, VALUE) else dtype)
            )
        elif dtype not in (NUMBER, VALUE) and rows.schema.field(name).type != dtype:
            rows = rows.set_column(rows.column_names.index(name), name, rows[name].cast(dtype))
    return rows
