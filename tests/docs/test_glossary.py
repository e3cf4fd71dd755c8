"""A word is in the glossary once, where the alphabet has it."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def test_words_stand_once_and_in_order():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    words = [row.split(" | ")[0].removeprefix("| ").lower() for row in rows]
    assert words == sorted(set(words))
