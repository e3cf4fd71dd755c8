"""Measures documents: adds columns, drops nothing."""
