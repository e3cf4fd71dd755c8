"""Removes documents from a published dataset."""
