"""Builds the steps of a job as objects."""
