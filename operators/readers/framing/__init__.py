"""Where records begin and end in a file as stored: compression, archive records, lines, spans, damage."""
