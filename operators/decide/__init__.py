"""Columns in, a reason to drop out. Thresholds live here."""
