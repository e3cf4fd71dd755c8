"""Corpora to compare documents with, as hashed counts of their words and pairs of words."""
