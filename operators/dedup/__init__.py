"""Computes keys, signatures, components, survivors and similarity for deduplication."""
