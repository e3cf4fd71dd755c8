"""Compiles kernels and keeps their cache."""
