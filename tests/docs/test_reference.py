"""docs/reference says what the code says."""

import pytest

from docs.generator.__main__ import PICTURES, REFERENCE, pages, pictures

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_code_says(name):
    there = REFERENCE / name
    assert there.is_file(), "run: python -m docs.generator"
    assert there.read_text(encoding="utf-8") == PAGES[name], "run: python -m docs.generator"


def test_the_picture_of_the_house_is_what_the_imports_say():
    for name, text in pictures().items():
        assert (PICTURES / name).read_text(encoding="utf-8") == text, "run: make docs"


def test_nothing_else_lies_in_the_reference():
    assert {file.name for file in REFERENCE.iterdir()} == set(PAGES)
