"""The job files that docs show whole are sound."""

import re
from pathlib import Path

import pytest

from corpusmill.pipeline.config.load import parse

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shown() -> list[tuple[str, str]]:
    """Page and text of each block that has a name and inputs; what shows a few keys alone is no job."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    blocks = [(page.stem, text) for page in pages for text in BLOCK.findall(page.read_text(encoding="utf-8"))]
    return [(name, text) for name, text in blocks if re.match(r"(?s)(?=.*^name:)(?=.*^inputs:)", text, re.MULTILINE)]


@pytest.mark.parametrize(("page", "text"), shown(), ids=[page for page, _ in shown()])
def test_a_job_that_a_page_shows_is_accepted(page, text):
    assert parse(text, folder="/jobs").inputs, page


def test_the_readme_shows_one():
    assert "README" in {page for page, _ in shown()}
