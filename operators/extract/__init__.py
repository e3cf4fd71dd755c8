"""Bytes of a page in, its text out."""
