"""Finds the legacy encoding of a page that declares none."""
