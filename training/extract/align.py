"""Which words of a page are in its gold text: an alignment that prefers long runs to stray matches."""

import numpy as np
from numba import njit

from corpusmill.operators.extract.html.base.scalars import Real

RUN_PRICE = np.float32(1.2)  # matches a run must bring to pay for itself: no single stray word does


@njit(cache=True)
def matched(page: np.ndarray, gold: np.ndarray, price: Real) -> np.ndarray:
    """Marks (uint8) on the words of `page` that a longest common subsequence with `gold` matches, runs priced.

    Words are numbers. Each run of consecutive matches costs `price` matches.
    """
    n, m = len(page), len(gold)
    step = np.zeros((n + 1, m + 1), np.uint8)  # bits 0-1: from 0 above, 1 left, 2 match; bit 2: the match goes on a run
    best, best_here = np.zeros(m + 1, np.float32), np.zeros(m + 1, np.float32)
    never = np.float32(-1e9)
    run, run_here = np.full(m + 1, never, np.float32), np.full(m + 1, never, np.float32)
    for i in range(1, n + 1):
        best_here[0] = 0
        run_here[0] = never
        for j in range(1, m + 1):
            value, how = best[j], np.uint8(0)
            if best_here[j - 1] > value:
                value, how = best_here[j - 1], np.uint8(1)
            run_here[j] = never
            if page[i - 1] == gold[j - 1]:
                on, new = run[j - 1], best[j - 1] - price
                goes_on = np.uint8(4) if on >= new else np.uint8(0)
                run_here[j] = max(on, new) + 1
                how |= goes_on
                if run_here[j] >= value:
                    value, how = run_here[j], np.uint8(goes_on | 2)
            best_here[j] = value
            step[i, j] = how
        best, best_here = best_here, best
        run, run_here = run_here, run
    marks = np.zeros(n, np.uint8)
    i, j, in_run = n, m, False
    while i > 0 and j > 0:
        how = step[i, j]
        if in_run or (how & 3) == 2:
            marks[i - 1] = 1
            in_run = (how & 4) > 0
            i -= 1
            j -= 1
        elif (how & 3) == 1:
            j -= 1
        else:
            i -= 1
    return marks
