"""Reads formulas: TeX in scripts and attributes, MathML, alternative texts of images."""
