"""The exchange, part by part."""
