"""Solves how many tokens each group gives."""
