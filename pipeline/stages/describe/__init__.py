"""Describes the documents of the mix: counts of what they are, and one row about each beside the dataset."""
