"""Every page is on the site, in one section; links out of docs/ are none there; the index for programs names all."""

import re

import pytest

from docs.site.__main__ import DOCS, configuration, for_site, llms_txt
from docs.site.contents import SECTIONS, Page, title_of

LISTED = [page.path for pages in SECTIONS.values() for page in pages]


def test_every_page_is_in_one_section():
    found = {p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")}
    pages = {p for p in found if not p.startswith(("generator/", "site/"))} - {"README.md"}
    assert sorted(LISTED) == sorted(pages)


@pytest.mark.parametrize("page", sorted({*LISTED} - {"glossary.md"}))
def test_a_page_has_a_title_and_a_first_sentence(page):
    assert title_of(DOCS / page)
    assert Page(page).first_sentence(DOCS)


def test_links_out_of_the_docs_become_words():
    shown = for_site((DOCS / "how-to" / "add-a-stage.md").read_text(), DOCS / "how-to" / "add-a-stage.md")
    assert not re.search(r"\]\(\.\./\.\./", shown)


def test_the_index_for_programs_and_the_configuration_name_every_page():
    index, settings = llms_txt(), configuration()
    assert index.startswith("# corpusmill\n\n> ")
    for page in LISTED:
        assert f"({page.removesuffix('.md')}/)" in index
        assert f'"{page}"' in settings
