"""Trains tokenizers and classifiers."""
