"""Numbers as kernels pass them on: Python's own, or NumPy's as they come out of an array."""

import numpy as np

Int = int | np.integer
Real = float | np.floating
