"""Holds the settings of FineWeb2 by language and script, and finds those of each document."""
