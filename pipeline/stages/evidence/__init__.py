"""Adds up the histograms and samples that ingest gathered."""
