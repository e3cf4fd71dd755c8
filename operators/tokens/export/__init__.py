"""Packed sequences in the file formats of other training programs: arrays in, bytes out."""
