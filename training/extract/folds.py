"""Which fold a host belongs to: by hash, so that it never depends on what other hosts there are."""

import hashlib

OUTER_FOLDS = 5  # by host, to judge the recipe


def fold_of(host: str, folds: int, salt: str) -> int:
    """A number from 0 to folds - 1."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{host}".encode()).digest()[:8], "big") % folds
