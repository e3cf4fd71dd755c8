"""The types of kernel.py: a kernel is to a type checker what `numba.njit` makes of a function."""

from typing import Any

from numba import njit as njit
from numba.core.registry import CPUDispatcher

class Kernel(CPUDispatcher):
    part: Any
