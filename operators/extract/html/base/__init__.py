"""Scalars, hashing and columns the other rooms rest on."""
