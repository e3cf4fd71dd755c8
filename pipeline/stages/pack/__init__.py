"""Packs selected documents into shards of token sequences."""
