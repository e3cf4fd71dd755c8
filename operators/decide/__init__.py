"""Turns columns into a reason to drop a document; all thresholds are here."""
