"""Provides what several families need: Unicode tables, words, lines, hashing."""
