"""Sums that are checked while it runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.errors import AccountingError
from corpusmill.pipeline.execution.tally import Sums, Tally, check

PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)
COUNTS = st.dictionaries(PATHS, st.integers(1, 100), max_size=5)


def tally(counts: dict[tuple[str, ...], int]) -> Tally:
    found = Tally()
    for path, n in counts.items():
        found.add(*path, by=n)
    return found


@given(COUNTS, COUNTS)
def test_tallies_of_units_add_up_whatever_their_order(one, other):
    units = {name: {"documents": 1, "tally": tally(c).to_json()} for name, c in (("a", one), ("b", other))}
    found, backwards = Sums(), Sums()
    for name in units:
        found.take(name, units[name])
    for name in reversed(units):
        backwards.take(name, units[name])
    assert found.tally == backwards.tally
    for path in {*one, *other}:
        assert found.tally.counts[path] == one.get(path, 0) + other.get(path, 0)
    assert found.counts == {name: {"documents": 1} for name in units}


def test_totals_and_what_lies_below():
    found = tally({("dropped", "x", "short"): 2, ("dropped", "y", "short"): 3, ("kept",): 5})
    assert found.total("dropped") == 5
    assert found.total() == 10
    assert found.below("dropped") == {("x", "short"): 2, ("y", "short"): 3}


def test_a_lost_row_stops_the_run_and_says_where():
    check("a shard", came=5, went={"kept": 3, "dropped": 2})
    with pytest.raises(AccountingError, match="a shard: 5 came in, but 3 kept \\+ 1 dropped = 4"):
        check("a shard", came=5, went={"kept": 3, "dropped": 1})
