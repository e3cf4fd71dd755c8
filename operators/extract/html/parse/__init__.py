"""Turns markup into a tree of blocks."""
