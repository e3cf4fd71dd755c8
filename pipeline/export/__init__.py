"""Exports a published dataset into the file formats of other training programs: one file a format."""
