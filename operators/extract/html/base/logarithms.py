"""Logarithms of counts. Most are small, and one of them costs as much as fifty other features."""

from math import log1p

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Real
from corpusmill.operators.text.kernel import njit

LOGS = np.array([log1p(count) for count in range(1024)], np.float32)


@njit(cache=True, nogil=True, forceinline=True)
def log_of_count(count: Real) -> Real:
    """log(1 + count) of a whole number from 0 on."""
    k = np.int64(count)
    return LOGS[k] if k < LOGS.shape[0] else np.log1p(np.float32(count))
