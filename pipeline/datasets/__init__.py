"""Holds the schemas of published datasets: one YAML file each."""
