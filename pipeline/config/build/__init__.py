"""Turns YAML nodes into steps and readers."""
