"""Writes manifest, plan and card of a dataset."""
