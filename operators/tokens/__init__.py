"""Encodes text as token ids, trains tokenizers, packs sequences."""
