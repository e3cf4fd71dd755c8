"""What every process does before anything else: kernels have a folder, memory that is freed is used again."""

import ctypes
import os

from corpusmill.pipeline.kernels import cache as kernel_cache

# glibc hands arrays from 128 kB on back to the system when they are freed, and each first touch of the next one is a
# page fault: a quarter of the time of finding words (measured). 32 MB is the most that glibc allows.
KEPT_BYTES = 32 << 20
TRIM_BYTES = 256 << 20
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
VARIABLES = {"MALLOC_MMAP_THRESHOLD_": str(KEPT_BYTES), "MALLOC_TRIM_THRESHOLD_": str(TRIM_BYTES)}


def prepare() -> None:
    """For this process and those it starts; call before importing an operator."""
    kernel_cache.choose()
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # another C library than glibc goes its own way
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, TRIM_BYTES)
