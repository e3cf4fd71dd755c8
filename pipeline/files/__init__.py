"""Reads and writes one file at a time; knows no stage."""
