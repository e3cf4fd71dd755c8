"""Runs of words that documents share with evaluation sets."""
