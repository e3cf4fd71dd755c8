"""Checks from a dataset alone whether it is what its plan says."""
