"""Turns a job file into a frozen JobSpec, or reports all that is wrong with it."""
