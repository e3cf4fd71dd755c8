"""Finds where records begin and end: compression, archives, lines, spans, damage."""
