"""Commands in docs do what the docs say. All pages are followed in one folder, in the order of docs/README.md.

The README is followed in one that looks like a new checkout.
"""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.docs.console import Command, blocks, follow

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
STARTS_RAY = re.compile(r"\bcorpusmill (run|update)\b")
NEEDS_S3 = "<!-- needs: s3 -->"


def pages() -> list[Path]:
    """Every page with commands to run, but the tutorial: as the index lists them, then the rest."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    listed = [ROOT / "docs" / link for link in re.findall(r"\]\(([\w/-]+\.md)\)", index)]
    found = dict.fromkeys([*listed, ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])
    found = [p for p in found if p.is_file() and p != TUTORIAL]
    return [p for p in found if any(isinstance(b, Command) for b in blocks(p.read_text(encoding="utf-8")))]


@pytest.fixture(scope="session")
def commands(tmp_path_factory) -> Path:
    """A folder of programs: `corpusmill` and `python`."""
    folder = tmp_path_factory.mktemp("bin")
    for name, call in (("corpusmill", "-m corpusmill"), ("python", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def environment(commands) -> dict[str, str]:
    """What a reader's shell has: the commands on the path, a plain terminal."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "RAY_"))}
    return kept | {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "RAY_USAGE_STATS_ENABLED": "0",
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }


@pytest.fixture(scope="session")
def folder(tmp_path_factory, environment) -> Path:
    """The folder of someone who has followed the tutorial."""
    place = tmp_path_factory.mktemp("reader")
    (place / "examples").symlink_to(ROOT / "examples")
    follow(TUTORIAL, place, environment)
    return place


@pytest.fixture
def checkout(tmp_path, commands) -> Path:
    """The folder of someone who has just made the project's environment, and has crawl files in data/."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(commands)
    (tmp_path / "data").symlink_to(ROOT / "examples" / "demo" / "data")
    return tmp_path


@pytest.mark.ray
def test_the_tutorial_can_be_followed(folder):
    assert (folder / "out" / "_manifest.json").is_file()


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page, environment, request):
    folder = request.getfixturevalue("checkout" if page.name == "README.md" and page.parent == ROOT else "folder")
    more = request.getfixturevalue("s3") if NEEDS_S3 in page.read_text(encoding="utf-8") else {}
    follow(page, folder, environment | more)


def test_links_between_pages_lead_somewhere():
    pages_read = [p for p in (ROOT / "docs").rglob("*.md") if p.parent.name != "generator"]
    for page in pages_read:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_there_are_pages_with_commands():
    assert TUTORIAL.is_file()
    assert len(pages()) >= 5
