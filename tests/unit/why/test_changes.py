"""A difference names the line, the words, and what cannot be seen."""

from hypothesis import given
from hypothesis import strategies as st

from corpusmill.pipeline.why.changes import changes, visible


def test_only_changed_lines_are_shown():
    before = "\n".join(f"line {i} stays" for i in range(100))
    after = before.replace("line 50 stays", "line 50 goes")
    assert changes(before, after) == ["line 51: line 50 [-stays-] {+goes+}"]


def test_removed_lines_and_invisible_characters_are_written_out():
    assert changes("a\nb\nc", "a\nc") == ["line 2: [-b-]"]
    assert changes("a\u00a0b", "a b") == ["line 1: [-a\\xa0b-] {+a b+}"]


def test_a_long_stretch_is_counted():
    (line,) = changes("x " * 10_000, "y " * 9_000)
    assert line == "line 1: [-10,001 words-] {+9,001 words+}"


def test_many_changes_are_shortened():
    before = "\n".join(f"{i} a\nsame {i}" for i in range(50))
    shown = changes(before, before.replace(" a", " b"), most=3)
    assert len(shown) == 4
    assert shown[-1] == "and 47 more changed stretches"


@given(st.text(max_size=80), st.text(max_size=80))
def test_equal_texts_have_no_changes_and_others_have_some(before, after):
    assert bool(changes(before, after)) == (before != after)
    assert all(c == " " or visible(c).isprintable() for c in before + after)
