"""Starts Ray and reads and writes stores; knows no operator."""
