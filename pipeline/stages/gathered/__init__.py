"""Runs two-pass steps, which need statistics over all documents."""
