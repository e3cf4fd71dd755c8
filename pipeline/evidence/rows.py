"""Keeps a sample of rows of signals for each language and outcome: those drawn lowest, so that samples can be merged.

A stratum is a language, the step that dropped the document (-1: kept), and whether it is near a bound (`chances`).
`rate` is the share of a stratum's documents that its sample holds; merging takes the lowest rate, so that rows of all
units were drawn alike.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

UNIT_ROWS = 1024  # of a stratum in one unit; a guess
MERGED_ROWS = 4096  # the same of a whole job: the standard error of a share of 5 % is 0.34 points
STRATUM = ["language", "step_number", "near"]
RATES = pa.schema({"language": pa.string(), "step_number": pa.int16(), "near": pa.bool_(), "rate": pa.float64()})
FIXED = pa.schema(
    {
        "draw": pa.float64(),
        "step_number": pa.int16(),
        "near": pa.bool_(),
        "reason": pa.string(),
        "rules_broken": pa.int16(),
        "source": pa.string(),
        "language": pa.string(),
        "bytes": pa.int64(),
        "bytes_at_drop": pa.int64(),
    }
)


def lowest(rows: pa.Table, rates: pa.Table, most: int) -> tuple[pa.Table, pa.Table]:
    """The rows below the rate of their stratum, at most `most` of each, in order; and the rates after that.

    rates: one row a stratum, of RATES.
    """
    rates = rates.group_by(STRATUM, use_threads=False).aggregate([("rate", "min")])
    rates = rates.rename_columns({"rate_min": "rate"}).select(RATES.names).sort_by([(c, "ascending") for c in STRATUM])
    stratum = pc.index_in(_keys(rows), value_set=_keys(rates)).to_numpy(zero_copy_only=False).astype(np.int64)
    draw = rows["draw"].to_numpy()
    order = np.lexsort((draw, stratum))
    stratum, draw = stratum[order], draw[order]
    bound = rates["rate"].to_numpy().copy()
    inside = draw < bound[stratum]
    order, stratum, draw = order[inside], stratum[inside], draw[inside]
    begins = np.searchsorted(stratum, np.arange(len(bound)))
    place = np.arange(len(order)) - begins[stratum]
    over = place == most
    bound[stratum[over]] = draw[over]
    keep = place < most
    rates = rates.set_column(RATES.names.index("rate"), RATES.field("rate"), pa.array(bound))
    return rows.take(pa.array(order[keep])), rates.cast(RATES)


def rates_of(rows: pa.Table, rate: float) -> pa.Table:
    """The strata of these rows, each with this rate."""
    found = rows.group_by(STRATUM, use_threads=False).aggregate([])
    return found.append_column("rate", pa.repeat(pa.scalar(rate), found.num_rows)).select(RATES.names).cast(RATES)


def together(tables: Iterable[pa.Table]) -> pa.Table:
    """Rows of several units; a column that only some measured is null in the others."""
    found = [FIXED.empty_table(), *tables]
    return pa.concat_tables(found, promote_options="permissive").combine_chunks()


def _keys(table: pa.Table) -> pa.Array:
    """The stratum of each row as one text."""
    joined = pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in STRATUM), "\t")
    return joined.combine_chunks()


def weights(rows: pa.Table, rates: pa.Table) -> np.ndarray:
    """How many documents each sampled row stands for: float64. rates: of its strata."""
    place = pc.index_in(_keys(rows), value_set=_keys(rates)).to_numpy(zero_copy_only=False)
    return 1.0 / rates["rate"].to_numpy()[place.astype(np.int64)]


def together_rates(tables: Iterable[pa.Table]) -> pa.Table:
    """Rates of several units, one below another: `lowest` takes the least of each stratum."""
    return pa.concat_tables([RATES.empty_table(), *tables])
