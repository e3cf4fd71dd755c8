"""Encode, train, count, pack."""
