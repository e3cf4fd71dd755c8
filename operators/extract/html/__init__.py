"""Finds the blocks of a page, measures them and keeps the main text."""
