"""Tests of tokens and packing."""
