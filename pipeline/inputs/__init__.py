"""Finds the files a job reads."""
