"""Offers what a Python program may use: everything here is exported by `corpusmill` itself, and nothing else is."""
