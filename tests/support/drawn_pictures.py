"""Draws pictures with structure at every scale, the same in every environment that has NumPy."""

import numpy as np

SIZES = ((64, 64), (5, 5), (63, 130), (128, 128), (129, 257), (480, 640), (1000, 33), (90, 700))


def drawn(seed: int, size: tuple[int, int]) -> np.ndarray:
    """uint8[height, width, 3]: noise of several scales, laid over each other."""
    height, width = size
    chance = np.random.Generator(np.random.PCG64(seed))
    out = np.zeros((height, width, 3))
    for scale in (2, 5, 11, 23, 47):
        coarse = chance.integers(0, 256, (scale, scale, 3))
        rows, columns = np.arange(height) * scale // height, np.arange(width) * scale // width
        out += coarse[rows][:, columns]
    return (out / 5).astype(np.uint8)
