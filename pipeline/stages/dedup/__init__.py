"""Runs the global deduplication as a stage."""
