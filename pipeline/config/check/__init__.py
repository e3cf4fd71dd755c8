"""Finds everything that can be wrong with a job file."""
