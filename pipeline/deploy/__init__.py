"""Writes the files by which schedulers and clusters run jobs."""
