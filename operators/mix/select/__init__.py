"""Selects documents and orders them."""
