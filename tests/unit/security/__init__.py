"""Crawled data stays data: on the terminal, in cards, in names of files, in sizes."""
