"""Hosts of URLs, looked at once per distinct host of a batch."""
