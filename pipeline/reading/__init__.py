"""Reads finished datasets for training."""
