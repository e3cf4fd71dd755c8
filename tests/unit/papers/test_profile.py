"""Counts of parts add up to those of the whole, and say what Python's own counting says."""

import collections
import math
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.pipeline.profile import count, drift
from corpusmill.pipeline.profile.count import DOMAIN, MONTH, NONE, OTHERS, TOTAL, added, by, counted, from_json, to_json


def table(rows):
    """Documents as `counted` takes them; rows: (language, host, words, weight)."""
    return pa.table(
        {
            "doc_id": pa.array(range(len(rows)), pa.int64()),
            "language": pa.array([r[0] for r in rows], pa.string()),
            "url": pa.array([None if r[1] is None else f"https://{r[1]}/a" for r in rows], pa.string()),
            "fetched_at_utc": pa.array(
                [datetime(2024, 1 + i % 3, 5, tzinfo=UTC) for i in range(len(rows))], pa.timestamp("s", "UTC")
            ),
            "word_count": pa.array([r[2] for r in rows], pa.int32()),
            "weight": pa.array([r[3] for r in rows], pa.int64()),
        }
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["en", "de", None]),
        st.sampled_from(["a.example.org", "b.example.org", "other.net", None]),
        st.one_of(st.none(), st.integers(0, 10_000)),
        st.integers(0, 500),
    ),
    max_size=40,
)


@pytest.mark.thorough
@given(ROWS, st.integers(0, 40))
def test_counts_are_those_of_a_plain_loop_however_documents_are_divided(rows, cut):
    whole = counted(table(rows))
    assert added([counted(table(rows[:cut])), counted(table(rows[cut:]))]).equals(whole) or cut % 3  # months go by row
    languages = collections.Counter(r[0] or NONE for r in rows)
    assert {v: d for v, (d, _) in by(whole, "language").items()} == dict(languages)
    sites = collections.Counter(NONE if r[1] is None else ".".join(r[1].split(".")[-2:]) for r in rows)
    assert {v: d for v, (d, _) in by(whole, DOMAIN).items()} == dict(sites)
    assert sum(t for _, t in by(whole, TOTAL).values()) == sum(r[3] for r in rows)
    bins = by(whole, "signal:word_count")
    assert sum(d for d, _ in bins.values()) == len(rows)
    assert bins.get(NONE, (0, 0))[0] == sum(r[2] is None for r in rows)
    assert from_json(to_json(whole)).sort_by([("of", "ascending"), ("value", "ascending")]).equals(whole)


def test_a_bin_begins_at_or_below_its_values_and_is_an_eighth_of_a_power_of_two():
    for value in (0, 1, 7, 100, 4097, 99_999):
        (low,) = by(counted(table([("en", None, value, 1)])), "signal:word_count")
        assert value / 1.126 <= float(low) <= value


def test_whole_numbers_beyond_those_of_floats_are_counted():
    documents = table([("en", None, 1, 1)]).append_column("key", pa.array([-(2**62) - 1]))
    assert list(by(counted(documents), "signal:key").values()) == [(1, 1)]


def test_beyond_so_many_sites_the_smallest_are_counted_together(monkeypatch):
    monkeypatch.setattr(count, "MOST_DOMAINS", 3)
    found = counted(table([("en", f"s{i}.org", 1, 10 * i) for i in range(1, 7)]))
    assert by(found, DOMAIN) == {"s6.org": (1, 60), "s5.org": (1, 50), "s4.org": (1, 40), OTHERS: (3, 60)}
    twice = added([found, found])
    assert by(twice, DOMAIN) == {"s6.org": (2, 120), "s5.org": (2, 100), "s4.org": (2, 80), OTHERS: (6, 120)}


def test_months_are_counted():
    assert list(by(counted(table([("en", None, 1, 1)] * 3)), MONTH)) == ["2024-01", "2024-02", "2024-03"]


def test_psi_is_the_published_sum():
    p, q = [0.6, 0.4], [0.4, 0.6]
    exact = sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))
    assert drift.psi([600_000, 400_000], [400_000, 600_000]) == pytest.approx(exact, rel=1e-4)


def test_the_column_that_moved_drifts_and_the_others_do_not():
    before = counted(table([("en", None, i % 500, 1) for i in range(4000)]))
    after = counted(table([("en" if i % 2 else "de", None, i % 500, 1) for i in range(4000)]))
    found = {d.of: d for d in drift.drifts(before, after)}
    assert found["language"].psi > 1
    assert found["word_count"].psi < 0.001
    longer = counted(table([("en", None, 300 + i % 500, 1) for i in range(4000)]))
    moved = {d.of: d for d in drift.drifts(before, longer)}["word_count"]
    assert moved.psi > 1
    assert moved.middle[0] < moved.middle[1]


def test_a_side_without_documents_is_no_drift():
    empty, some = counted(table([])), counted(table([("en", None, 1, 1)]))
    assert [d.of for d in drift.drifts(empty, some)] == []
