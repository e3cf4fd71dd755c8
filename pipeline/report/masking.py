"""Masks personal data in texts that a report shows."""

from collections.abc import Sequence

from corpusmill.operators.rewrite.pii import PLACEHOLDERS, masked


def shown_texts(texts: Sequence[str | None]) -> list[str]:
    """Each text with e-mail addresses, telephone numbers, addresses and secrets masked; null is empty."""
    return [masked(text, PLACEHOLDERS) if text else "" for text in texts]
