"""Turns bytes of a page into UTF-8."""
