"""Columns added, nothing dropped."""
