"""Histograms and samples of many parts added up: the same whatever the order and the groups, and never too large."""

import functools
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.text.cell_counts import NO_VALUE, count_cells
from corpusmill.pipeline.evidence import adding, cells, rows

SIGNALS, LANGUAGES = ["words", "ratio", "bytes"], ["de", "en", ""]


def part(seed: int, documents: int = 60) -> pa.Table:
    """Histograms of three signals of some documents in three languages; a tenth has no value."""
    generator = np.random.Generator(np.random.PCG64(seed))
    values = generator.lognormal(3, 2, (len(SIGNALS), documents)).round(1)
    values[generator.random(values.shape) < 0.1] = np.nan
    groups = generator.integers(0, len(LANGUAGES), documents)
    states = generator.integers(0, 4, values.shape).astype(np.int8)
    sizes = generator.integers(1, 2000, documents)
    return cells.named(count_cells(values, groups, states, sizes), SIGNALS, LANGUAGES, "language")


def plainly(tables: Sequence[pa.Table], level: int) -> dict[tuple[object, ...], tuple[int, int]]:
    """The sum as a dictionary, added up one by one."""
    found: dict[tuple[object, ...], tuple[int, int]] = {}
    for row in (row for table in tables for row in table.to_pylist()):
        for place, documents, size in zip(row["bins"], row["documents"], row["bytes"], strict=True):
            key = (row["column"], row["axis"], row["value"], row["state"], place >> level - row["level"])
            before = found.get(key, (0, 0))
            found[key] = (before[0] + documents, before[1] + size)
    return found


@pytest.mark.thorough
@settings(deadline=None, max_examples=40)
@given(st.integers(1, 400), st.permutations(range(5)), st.lists(st.integers(1, 4), max_size=2))
def test_the_sum_is_the_same_whatever_the_order_and_the_groups(most, order, cuts):
    parts = [part(seed) for seed in range(5)]
    whole = adding.added(parts, most)
    level = whole["level"][0].as_py()
    assert plainly([whole], level) == plainly(parts, level)
    assert len(plainly([whole], level)) <= most or level == 18
    mixed = [parts[i] for i in order]
    groups = [mixed[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 5], strict=True)]
    assert adding.added([adding.added(group, most) for group in groups], most).equals(whole)
    assert functools.reduce(lambda a, b: adding.added([a, b], most), mixed).equals(whole)


def test_a_sum_that_fits_keeps_every_bin_and_is_cut_at_signals(monkeypatch):
    parts = [part(seed) for seed in range(3)]
    whole = adding.added(parts)
    monkeypatch.setattr(adding, "AT_ONCE", 1)
    assert adding.added(parts).equals(whole)
    assert whole["level"].to_pylist() == [0] * whole.num_rows
    assert whole.equals(cells.in_order(whole))


def test_coarse_bins_begin_and_end_where_their_fine_ones_do():
    fine, coarse = cells.flat(part(1)), cells.flat(adding.added([part(1)], most=60))
    assert coarse.level > 0
    assert coarse.documents.sum() == fine.documents.sum()
    assert coarse.documents[~coarse.has_value].sum() == fine.documents[~fine.has_value].sum() > 0
    assert {*coarse.bins[~coarse.has_value]} == {NO_VALUE >> coarse.level}
    for low in fine.low[fine.has_value]:
        assert ((coarse.low <= low) & (low < coarse.high)).any()


def test_all_groups_together_have_every_document():
    found = cells.totals(adding.under(part(2), "source", "a"))
    assert found["value"].unique().to_pylist() == ["a"]
    by_signal = found.group_by("column").aggregate([("documents", "sum")])
    assert by_signal["documents_sum"].to_pylist() == [60] * 3


def sample(seed: int, languages: int) -> tuple[pa.Table, pa.Table]:
    """Rows of 40 documents of each language, and their rates."""
    generator = np.random.Generator(np.random.PCG64(seed))
    many = languages * 40
    columns = {field.name: pa.nulls(many, field.type) for field in rows.FIXED}
    columns |= {
        "draw": pa.array(generator.random(many)),
        "step_number": pa.repeat(pa.scalar(-1, pa.int16()), many),
        "near": pa.repeat(False, many),
        "language": pa.array([f"l{i % languages}" for i in range(many)]),
    }
    table = pa.table(columns, schema=rows.FIXED)
    return table, rows.rates_of(table, 1.0)


def lowest(parts: Sequence[tuple[pa.Table, pa.Table]]) -> tuple[pa.Table, pa.Table]:
    """At most 32 rows of a language and 100 in all."""
    return rows.lowest(rows.together([p[0] for p in parts]), rows.together_rates([p[1] for p in parts]), 32, 100)


@pytest.mark.parametrize("languages", [2, 9, 60])
def test_a_sample_of_many_strata_is_bounded_whatever_the_groups(languages):
    parts = [sample(1, languages), sample(2, 2), sample(3, 5), sample(4, 1)]
    table, rates = lowest(parts)
    assert table.num_rows <= 100
    grouped = lowest([parts[3], lowest(parts[1:3]), parts[0]])
    one_by_one = functools.reduce(lambda a, b: lowest([a, b]), parts)
    for found in (grouped, one_by_one):
        assert found[0].equals(table)
        assert found[1].equals(rates)
    for rate in rates.to_pylist():
        mine = [row["draw"] for row in table.to_pylist() if row["language"] == rate["language"]]
        assert max(mine) < rate["rate"]
