"""Which texts trained the tokenizer that ships, so that benchmarks and tests can keep to the others."""

import hashlib


def is_training_text(text: str) -> bool:
    """One text in ten: sha256 of its UTF-8 bytes, the first eight as a big-endian number, divisible by ten.

    >>> [is_training_text(word) for word in ("salt", "tea", "word")]
    [False, False, False]
    """
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") % 10 == 0
