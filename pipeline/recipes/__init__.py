"""Holds published sets of steps: one YAML file each."""
