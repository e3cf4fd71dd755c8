"""Scores blocks with a forest of trees."""
