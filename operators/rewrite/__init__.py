"""Text in, text out, every change counted."""
