"""Tests of the evidence that ingest gathers, of what is predicted from it, and of the report."""
