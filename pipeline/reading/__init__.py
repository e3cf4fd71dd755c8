"""Finished datasets read for training."""
