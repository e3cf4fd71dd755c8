"""Compares two published datasets: amounts, shares, signals, sites, and what changed in their jobs."""
