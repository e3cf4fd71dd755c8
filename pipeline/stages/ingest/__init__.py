"""Reads inputs and runs the document steps."""
