"""Says which texts trained the model that ships, so that benchmarks and tests can keep to the others."""

import hashlib


def is_judging_text(text: str) -> bool:
    """One text in three: the first byte of the sha256 of its UTF-8 bytes is divisible by three. The others train.

    >>> [is_judging_text(word) for word in ("salt", "tea", "word")]
    [True, False, False]
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[0] % 3 == 0
