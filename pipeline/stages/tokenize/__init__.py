"""Turns unique documents into tables of token ids."""
