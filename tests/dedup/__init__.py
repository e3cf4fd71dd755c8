"""Deduplication end to end, on small workspaces made here."""
