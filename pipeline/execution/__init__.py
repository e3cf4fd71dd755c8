"""Runs units once, counts them and resumes."""
