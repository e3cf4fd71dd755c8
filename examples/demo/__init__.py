"""Holds the job and the data of `corpusmill demo`; they travel with the package."""
