"""Exact keys, signatures, bands, components, survivors, verification."""
