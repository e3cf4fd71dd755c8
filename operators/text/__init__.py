"""Shared ground: Unicode tables, segments of text, hashing kernels."""
