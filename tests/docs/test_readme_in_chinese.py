"""README.zh.md says what README.md says: the same commands, the same job file, the same links."""

import re
from pathlib import Path

from tests.docs.console import FENCE

ROOT = Path(__file__).resolve().parents[2]
COMMENT = re.compile(r"\s+#\s.*$|^#\s.*$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)]+)\)")
OF_ONE_LANGUAGE = {"README.md", "README.zh.md", "docs/how-to/chinese-corpus.md"}


def code(page: str) -> list[tuple[str, str]]:
    """Each block of code without its comments, after its language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [(block["info"], COMMENT.sub("", block["body"])) for block in FENCE.finditer(text)]


def links(page: str) -> list[str]:
    return [
        target for target in LINK.findall((ROOT / page).read_text(encoding="utf-8")) if target not in OF_ONE_LANGUAGE
    ]


def test_commands_and_job_file_are_the_same():
    english, chinese = code("README.md"), code("README.zh.md")
    assert len(english) >= 5
    assert chinese == english


def test_links_are_the_same():
    assert links("README.zh.md") == links("README.md")


def test_each_names_the_other():
    assert "README.zh.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "README.md" in (ROOT / "README.zh.md").read_text(encoding="utf-8")


def test_files_and_steps_that_it_names_exist():
    text = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    for target in LINK.findall(text):
        assert target.startswith("http") or (ROOT / target).exists(), target
    for family, name in re.findall(r"`(rewrite|signals|extract|decide)\.([a-z_0-9]+)`", text):
        assert (ROOT / "operators" / family / f"{name}.py").exists(), name
