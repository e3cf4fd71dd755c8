"""Markdown, as the reference needs it."""

from collections.abc import Sequence

MADE = "<!-- made by `python -m docs.generator`; change the code, not this page -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; empty when it has no rows.

    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *([_cell(c) for c in row] for row in rows)]
    joined = ["| " + " | ".join(line) + " |" for line in lines]
    joined[1] = joined[1].replace(" ", "")
    return "\n".join(joined)


def code(text: str) -> str:
    """`text` as code in a line; empty stays empty."""
    return f"`{text}`" if text else ""


def joined(*parts: str) -> str:
    """Parts of a page with a blank line between them; empty ones go."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
