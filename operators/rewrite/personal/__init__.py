"""Finding personal data and secrets in the bytes of a text: patterns, checks, and a scan that says where to look."""
