"""Supports tests of more than one folder: stand-ins, servers, pages of the docs."""
