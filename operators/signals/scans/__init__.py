"""Kernels behind the signals: counts over text, words and lines that no segment carries."""
