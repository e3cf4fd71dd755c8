"""Assembles the text and metadata of a page."""
