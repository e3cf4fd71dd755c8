"""Removes duplicates across the whole workspace, rule by rule."""
