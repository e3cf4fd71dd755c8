"""Reads an open binary file into record batches: one file per format."""
