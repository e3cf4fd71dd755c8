"""Checks files, folders and stores before a run."""
