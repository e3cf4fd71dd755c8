"""Adds what a mix newly takes to the parts of an earlier version, in place of packing everything again."""
