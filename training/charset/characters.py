"""Estimates, for each language of thousands of characters, how many bits a character costs."""

from collections import Counter

import numpy as np

from training.charset.bigrams import quantised

MOST_CHARACTERS = 6000
BACKOFF_SHARE = 0.02  # a guess: of the characters of a new text, so many were never seen in training


def character_costs_of(text: str) -> tuple[str, np.ndarray]:
    """The characters beyond ASCII seen more than once, the commonest first, and uint8 costs in eighths of a bit."""
    counted = Counter(c for c in text if not c.isascii() and c <= "\uffff")
    common = sorted((-count, c) for c, count in counted.items() if count > 1)[:MOST_CHARACTERS]
    counts = np.array([-count for count, _ in common], np.float64)
    bits = -np.log2(counts / counts.sum() * (1 - BACKOFF_SHARE))
    return "".join(c for _, c in common), quantised(bits)
