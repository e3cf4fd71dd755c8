"""Keeps a sample of rows of signals for each language and outcome: those drawn lowest, so that samples can be merged.

A stratum is a language, the step that dropped the document (-1: kept), and whether it is near a bound (`chances`).
`rate` is the share of a stratum's documents that its sample holds; merging takes the lowest rate, so that rows of all
units were drawn alike. A job with many strata keeps fewer of each: half as many, again and again until all are at most
MOST_ROWS. `halved` says how often, and never falls when parts are added up.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

UNIT_ROWS = 1024  # of a stratum in one unit; a guess
MERGED_ROWS = 4096  # the same of a whole job: the standard error of a share of 5 % is 0.34 points
MOST_ROWS = 250_000  # of all strata of a job: 100 MB with 40 signals
STRATUM = ["language", "step_number", "near"]
RATES = pa.schema(
    {
        "language": pa.string(),
        "step_number": pa.int16(),
        "near": pa.bool_(),
        "rate": pa.float64(),
        "halved": pa.int8(),  # the same in all rows
    }
)
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


def lowest(rows: pa.Table, rates: pa.Table, most: int, whole: int | None = None) -> tuple[pa.Table, pa.Table]:
    """The rows below the rate of their stratum, at most `most` of each, in order; and the rates after that.

    rates: one row a stratum, of RATES; whole: at most so many of all strata, null for any number.
    """
    halved = pc.max(rates["halved"]).as_py() or 0
    rates = rates.group_by(STRATUM, use_threads=False).aggregate([("rate", "min")])
    rates = rates.rename_columns({"rate_min": "rate"}).sort_by([(c, "ascending") for c in STRATUM])
    stratum = pc.index_in(_keys(rows), value_set=_keys(rates)).to_numpy(zero_copy_only=False).astype(np.int64)
    draw = rows["draw"].to_numpy()
    order = np.lexsort((draw, stratum))
    stratum, draw = stratum[order], draw[order]
    bound = rates["rate"].to_numpy().copy()
    inside = draw < bound[stratum]
    order, stratum, draw = order[inside], stratum[inside], draw[inside]
    there = np.bincount(stratum, minlength=len(bound))
    while whole is not None and most >> halved > 1 and np.minimum(there, most >> halved).sum() > whole:
        halved += 1
    begins = np.cumsum(there) - there
    place = np.arange(len(order)) - begins[stratum]
    over = place == most >> halved
    bound[stratum[over]] = draw[over]
    keep = place < most >> halved
    columns = [*(rates[name] for name in STRATUM), pa.array(bound), pa.repeat(pa.scalar(halved), len(bound))]
    return rows.take(pa.array(order[keep])), pa.table(columns, names=RATES.names).cast(RATES)


def rates_of(rows: pa.Table, rate: float) -> pa.Table:
    """The strata of these rows, each with this rate."""
    found = rows.group_by(STRATUM, use_threads=False).aggregate([])
    for name, value in (("rate", rate), ("halved", 0)):
        found = found.append_column(name, pa.repeat(pa.scalar(value), found.num_rows))
    return found.select(RATES.names).cast(RATES)


def together(tables: Iterable[pa.Table]) -> pa.Table:
    """Rows of several units; a column that only some measured is null in the others."""
    found = [FIXED.empty_table(), *tables]
    return pa.concat_tables(found, promote_options="permissive")


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
