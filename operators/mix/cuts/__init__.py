"""Finds where each group's selection starts and ends."""
