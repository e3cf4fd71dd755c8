"""Counts documents and tokens by every value of a few columns, as one long table that can be added up in any order.

A row of COUNTS is one value of one column: `of` names the column, `value` the value. Numbers are counted in bins
(`operators.text.bins`, coarser by COARSE bits: an eighth of a power of two), under the number their bin begins with.
Domains are many: beyond MOST_DOMAINS those with fewest tokens become one row, which makes the others a lower bound.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.signals.web.hosts import ask_each_host, hosts_of, registered_domain
from corpusmill.operators.text.bins import bin_of, bins_of, low_of

COUNTS = pa.schema({"of": pa.string(), "value": pa.string(), "documents": pa.int64(), "tokens": pa.int64()})
TOTAL, DOMAIN, MONTH, SIGNAL = "total", "site", "month", "signal:"  # values of `of`, beside the columns of WORDS
WORDS = ("source", "domain", "language", "license")
OTHERS, NONE = "(others)", ""  # values: the smallest sites together; documents without one
MOST_DOMAINS = 20_000  # of a table of counts; a guess: 1 MB
COARSE = 9  # bits less than `operators.text.bins` has
ALONE = 16  # whole numbers below it share their bins with no other


def counted(documents: pa.Table) -> pa.Table:
    """COUNTS of documents. documents: WORDS (strings), `url`, `fetched_at_utc`, `weight` (tokens), numbers as signals.

    A signal is any further column of numbers or flags; null and NaN are counted as NONE.
    """
    weight = documents["weight"].combine_chunks().cast(pa.int64())
    found = [_summed_by(TOTAL, pa.repeat("", documents.num_rows), weight)]
    found += [_summed_by(name, pc.fill_null(_column(documents, name), NONE), weight) for name in WORDS]
    hosts = ask_each_host(hosts_of(_column(documents, "url")), registered_domain)
    found.append(_summed_by(DOMAIN, pc.fill_null(hosts, NONE), weight))
    months = pc.strftime(documents["fetched_at_utc"].combine_chunks(), format="%Y-%m")
    found.append(_summed_by(MONTH, pc.fill_null(months, NONE), weight))
    for name in signals_of(documents.schema):
        found.append(_summed_by(f"{SIGNAL}{name}", _binned(documents[name].combine_chunks()), weight))
    return added(found)


def signals_of(schema: pa.Schema) -> list[str]:
    """The columns of a table of documents that hold numbers or flags, its own numbers aside."""
    own = ("doc_id", "offset", "length", "weight")
    return [f.name for f in schema if f.name not in own and _is_number(f.type)]


def added(tables: Iterable[pa.Table]) -> pa.Table:
    """The sum of tables of COUNTS, sorted, of at most MOST_DOMAINS sites."""
    whole = pa.concat_tables([COUNTS.empty_table(), *tables])
    sums = whole.group_by(["of", "value"]).aggregate([("documents", "sum"), ("tokens", "sum")])
    sums = sums.select(["of", "value", "documents_sum", "tokens_sum"]).rename_columns(COUNTS.names)
    return _fewer_sites(sums).sort_by([("of", "ascending"), ("value", "ascending")]).cast(COUNTS)


def _fewer_sites(counts: pa.Table) -> pa.Table:
    """The counts with the smallest sites as one row, where there are too many."""
    one = pc.and_(pc.equal(counts["of"], DOMAIN), pc.not_equal(counts["value"], OTHERS))
    sites = counts.filter(one)
    if sites.num_rows <= MOST_DOMAINS:
        return counts
    big = sites.sort_by([("tokens", "descending"), ("value", "ascending")])
    rest = big.slice(MOST_DOMAINS)
    kept = big.slice(0, MOST_DOMAINS)
    others = {"of": [DOMAIN], "value": [OTHERS]} | {n: [pc.sum(rest[n]).as_py()] for n in ("documents", "tokens")}
    elsewhere = counts.filter(pc.invert(one))  # the row of others before, too
    return added([elsewhere.cast(COUNTS), kept.cast(COUNTS), pa.table(others, schema=COUNTS)])


def _summed_by(of: str, values: pa.Array, weight: pa.Array) -> pa.Table:
    table = pa.table({"value": values.cast(pa.string()), "tokens": weight})
    sums = table.group_by("value").aggregate([("tokens", "count"), ("tokens", "sum")])
    columns = [pa.repeat(pa.scalar(of), sums.num_rows), sums["value"], sums["tokens_count"], sums["tokens_sum"]]
    return pa.table(columns, schema=COUNTS)


def _column(documents: pa.Table, name: str) -> pa.Array:
    if name not in documents.column_names:
        return pa.nulls(documents.num_rows, pa.string())
    return documents[name].combine_chunks().cast(pa.string())


def _binned(column: pa.Array) -> pa.Array:
    """Each number as the number its bin begins with, in words; NONE for null and NaN."""
    whole = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    numbers = whole.cast(pa.float64(), safe=False)  # a number beyond 2^53 is in the bin of its nearest float
    values = numbers.fill_null(np.nan).to_numpy(zero_copy_only=False)
    coded = pa.array(bins_of(np.nan_to_num(values)) >> COARSE, mask=np.isnan(values)).dictionary_encode()
    words = [NONE if place is None else f"{low_of(place << COARSE):.9g}" for place in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(words, pa.string()).take(coded.indices), NONE)


def bin_words(begin: float) -> str:
    """The bin that begins with a number: that whole number alone, or where it begins and ends.

    >>> bin_words(0.0), bin_words(12.0), bin_words(192.0), bin_words(0.9375), bin_words(-20.0)
    ('0', '12', '192 to 208', '0.9375 to 1', '-20 to -22')
    """
    if begin.is_integer() and abs(begin) < ALONE:
        return f"{begin:.0f}"
    end = low_of(((bin_of(abs(begin)) >> COARSE) + 1) << COARSE)
    return f"{begin:.4g} to {math.copysign(end, begin):.4g}"


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)


def by(counts: pa.Table, of: str) -> dict[str, tuple[int, int]]:
    """Documents and tokens of each value of a column, largest in tokens first."""
    mine = counts.filter(pc.equal(counts["of"], of))
    mine = mine.sort_by([("tokens", "descending"), ("documents", "descending"), ("value", "ascending")])
    numbers = zip(mine["documents"].to_pylist(), mine["tokens"].to_pylist(), strict=True)
    return dict(zip(mine["value"].to_pylist(), numbers, strict=True))


def signals(counts: pa.Table) -> list[str]:
    """The signals that were counted, by name."""
    names = counts["of"].unique().to_pylist()
    return sorted(name.removeprefix(SIGNAL) for name in names if name.startswith(SIGNAL))


def to_json(counts: pa.Table) -> Mapping[str, Sequence[Sequence[object]]]:
    """The counts as plain lists: column -> [value, documents, tokens], sorted by value."""
    found: dict[str, list[list[object]]] = {}
    for row in counts.to_pylist():
        found.setdefault(row["of"], []).append([row["value"], row["documents"], row["tokens"]])
    return found


def from_json(stored: Mapping[str, Sequence[Sequence[object]]]) -> pa.Table:
    """The counts whose `to_json` is `stored`."""
    rows = [dict(zip(COUNTS.names, (of, *row), strict=True)) for of, values in stored.items() for row in values]
    return pa.Table.from_pylist(rows, schema=COUNTS)
