"""Turns the bytes of a page into its text."""
