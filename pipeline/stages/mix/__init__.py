"""Decides how many tokens each mix group contributes."""
