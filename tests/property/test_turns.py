"""Turns that are read by columns are those that are read one by one."""

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.readers.shapes import values
from corpusmill.operators.readers.shapes.values import READ_TURNS, turns_of

TEXT = st.one_of(st.text("aé字 ", max_size=3), st.none())
PLAIN = st.one_of(
    st.fixed_dictionaries({"role": TEXT, "content": TEXT}), st.fixed_dictionaries({"from": TEXT, "value": TEXT})
)
ANY = st.one_of(
    PLAIN,
    st.fixed_dictionaries({"role": st.integers(), "content": TEXT}),
    st.fixed_dictionaries({"role": TEXT, "name": TEXT}),
    st.fixed_dictionaries({"role": TEXT, "content": TEXT, "name": TEXT}),
    st.integers(),
)
RECORD = st.one_of(st.lists(PLAIN, max_size=3), st.lists(ANY, max_size=2), st.none(), st.just("hello"))


@given(st.one_of(st.lists(st.lists(PLAIN, max_size=3), max_size=4), st.lists(RECORD, max_size=4)))
def test_turns_are_the_same_by_columns_and_one_by_one(records):
    found = turns_of(records)
    with mock.patch.object(values, "_all_plain", return_value=None):
        assert found.equals(turns_of(records))
    assert found.type == READ_TURNS


def test_plain_turns_are_read_by_columns():
    with mock.patch.object(values, "_plain", None):
        found = turns_of([[{"role": "user", "content": "Hi"}], [], [{"role": None, "content": "Yes"}]])
    assert [[(turn["role"], turn["content"]) for turn in turns] for turns in found.to_pylist()] == [
        [("user", "Hi")],
        [],
        [(None, "Yes")],
    ]
