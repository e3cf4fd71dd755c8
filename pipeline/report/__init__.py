"""Prints what a person reads about a run and its documents."""
