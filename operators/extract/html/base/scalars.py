"""Numbers as kernels pass them on: Python's own, or NumPy's as they come out of an array.

A constant that goes into a large kernel, or begins a loop around one, is `np.int64(...)`: Numba compiles a kernel once
more for each literal.
"""

import numpy as np

Int = int | np.integer
Real = float | np.floating
