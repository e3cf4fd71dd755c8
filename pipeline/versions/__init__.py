"""Publishes versions of a dataset, each a folder of its own, and points readers at one of them."""
