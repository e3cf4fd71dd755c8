"""Changes text and counts every change."""
