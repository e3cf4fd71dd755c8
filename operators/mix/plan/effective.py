"""What repeated tokens are worth.

Source: Muennighoff et al. 2023, "Scaling Data-Constrained Language Models", arXiv:2305.16264, equation 5 and the
        fitted R*_D = 15.39.
"""

import numpy as np

HALF_LIFE = 15.39  # R*, repetitions


def effective_tokens(taken: np.ndarray, unique: np.ndarray) -> np.ndarray:
    """Tokens of new data that so many tokens, taken from so many unique ones, are worth; float64.

    With U = min(taken, unique) and R = taken / U - 1 repetitions: U + U * R* * (1 - exp(-R / R*)).

    >>> effective_tokens(np.array([50, 100, 500]), np.array([100, 100, 100])).round(1).tolist()
    [50.0, 100.0, 452.2]
    """
    used = np.minimum(taken, unique).astype(np.float64)
    repeats = np.divide(taken, used, out=np.ones(len(used)), where=used > 0) - 1
    return used + used * HALF_LIFE * -np.expm1(-repeats / HALF_LIFE)
