"""Lines of a document, as every operator means them: the plain specification."""


def non_blank_lines(text: str) -> list[str]:
    """Lines (str.splitlines) with at least one non-space character, stripped.

    >>> non_blank_lines("a\\n\\n  b ")
    ['a', 'b']
    """
    return [line for raw in text.splitlines() if (line := raw.strip())]


def share(hits: int, of: int) -> float:
    """`hits / of`, and 0.0 when there is nothing to count."""
    return hits / of if of else 0.0
