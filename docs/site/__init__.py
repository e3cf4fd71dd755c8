"""Builds the documentation as a site with a search, and llms.txt for programs that read it."""
