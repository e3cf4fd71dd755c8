"""Turns crawls into training-ready token datasets."""
