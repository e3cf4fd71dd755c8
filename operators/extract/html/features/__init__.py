"""Measures blocks, sections and pages."""
