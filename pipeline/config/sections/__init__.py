"""Declares the sections of a job file."""
