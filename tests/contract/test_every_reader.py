"""Promises of every reader, for every form of file it reads."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from tests.contract.files import files, read, reader_of

FILES = files()
READERS = tuple(name for name in load.names() if issubclass(load.find(name), Reader))


def length_of(rows):
    return sum(row["length"] for row in rows)


def documents(rows):
    """Rows but those that only balance the bytes between spans."""
    return [row for row in rows if row["skipped"] != OTHER_SPAN]


def test_each_reader_has_a_file_here():
    assert {name for name, _, _ in FILES.values()} == set(READERS)


@pytest.mark.parametrize("form", FILES)
def test_lengths_add_up_to_the_file_and_every_row_is_one_of_three(form):
    name, params, data = FILES[form]
    reader = reader_of(name, params)
    rows = read(reader, data)
    assert length_of(rows) == len(data)
    made = next(iter(reader.columns_made()))
    for row in rows:
        is_document = row["skipped"] is None and row["failure"] is None
        assert (row[made] is not None) == is_document
    assert any(row[made] is not None for row in rows)
    assert not [row for row in rows if row["skipped"] == OTHER_SPAN]


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file_has_no_rows(name):
    assert read(reader_of(name, {}), b"") == []


@pytest.mark.thorough
@pytest.mark.parametrize("form", FILES)
@given(cuts=st.lists(st.floats(0, 1), max_size=5))
@settings(max_examples=25)
def test_any_cut_gives_the_records_of_the_whole(form, cuts):
    name, params, data = FILES[form]
    reader = reader_of(name, params)
    edges = sorted({0, len(data), *(int(c * len(data)) for c in cuts)})
    parts = [read(reader, data, Span(a, b)) for a, b in pairwise(edges)]
    for part, (a, b) in zip(parts, pairwise(edges), strict=True):
        assert length_of(part) == b - a
    together = [row for part in parts for row in documents(part)]
    assert strip(together) == strip(documents(read(reader, data)))


def strip(rows):
    """Without the row that balances compressed bytes, whose length is that of its span."""
    return [row for row in rows if row["skipped"] != "compression"]


@pytest.mark.parametrize("form", FILES)
def test_a_truncated_file_never_raises_and_still_adds_up(form):
    name, params, data = FILES[form]
    reader = reader_of(name, params)
    whole = {str(row) for row in read(reader, data)}
    rng = random.Random(form)
    for cut in [rng.randrange(1, len(data)) for _ in range(20)]:
        rows = read(reader, data[:cut])
        assert length_of(rows) == cut
        sound = [row for row in rows if row["skipped"] is None and row["failure"] is None]
        if name in ("readers.warc", "readers.wet", "readers.arc"):
            assert len([row for row in rows if row["failure"]]) <= 1
            assert form.count(".one.") or {str(row) for row in sound} <= whole


@pytest.mark.thorough
@pytest.mark.parametrize("form", FILES)
def test_damage_in_the_middle_never_raises_and_still_adds_up(form):
    name, params, data = FILES[form]
    reader = reader_of(name, params)
    rng = random.Random(form)
    for _ in range(20):
        at = rng.randrange(len(data))
        harmed = bytearray(data)
        harmed[at : at + rng.randrange(1, 40)] = rng.randbytes(rng.randrange(0, 40))
        for cut in (len(harmed), rng.randrange(len(harmed))):
            parts = [Span(0, cut), Span(cut, len(harmed))]
            for span in parts:
                assert length_of(read(reader, bytes(harmed), span)) == span.end - span.start


@pytest.mark.thorough
@pytest.mark.parametrize("form", [form for form in FILES if FILES[form][0] != "readers.parquet"])
def test_any_cut_of_a_damaged_file_gives_the_records_of_the_whole(form):
    name, params, data = FILES[form]
    reader = reader_of(name, params)
    rng = random.Random(form)
    for _ in range(15):
        at = rng.randrange(1, len(data))
        harmed = bytearray(data)
        harmed[at : at + rng.randrange(1, 40)] = rng.randbytes(rng.randrange(0, 40))
        harmed = bytes(harmed)
        whole = strip(documents(read(reader, harmed)))
        for _ in range(4):
            cut = rng.randrange(len(harmed))
            parts = [*read(reader, harmed, Span(0, cut)), *read(reader, harmed, Span(cut, len(harmed)))]
            assert strip(documents(parts)) == whole, (at, cut)


@pytest.mark.thorough
@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=300), opening=st.sampled_from(["", "\x1f\x8b\x08\x00", "WARC/1.0\r\n", "PAR1", "{"]))
@settings(max_examples=60)
def test_random_bytes_never_raise(name, data, opening):
    data = opening.encode("latin-1") + data
    assert length_of(read(reader_of(name, {}), data)) == len(data)


@pytest.mark.parametrize("name", READERS)
def test_a_span_outside_the_file_is_refused(name):
    with pytest.raises(ValueError, match="is not in a file of 3 bytes"):
        read(reader_of(name, {}), b"abc", Span(0, 4))


@pytest.mark.parametrize("name", READERS)
def test_a_record_bound_below_one_is_refused(name):
    with pytest.raises(ValueError, match="max_record_bytes must be at least 1"):
        load.build(name, {"max_record_bytes": 0})
