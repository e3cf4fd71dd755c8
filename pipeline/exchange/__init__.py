"""Moves records between units by key: the one shuffle."""
