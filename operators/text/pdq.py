"""Computes the PDQ hash of a picture: 256 bits that differ in few places between copies of one picture.

Source:   Facebook 2019, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm": luminance, two
          passes of a box filter each way, 64 x 64 samples, the 16 x 16 lowest frequencies of a DCT, one bit for each
          above their median. Numbers are added in the order and the width (float32) of its reference program, so that
          the bits are the same; `pdqhash` 0.2.8, which wraps that program, is compared with it in a test.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.kernel import njit

SIDE, KEPT_SIDE = 64, 16  # samples each way, and the frequencies of them that make bits
LEAST_SIDE = 5  # pixels; a smaller picture has no hash
HASH_BYTES = KEPT_SIDE * KEPT_SIDE // 8
_STEP = 90  # sum of differences between neighbours that is one point of quality
_MOST_QUALITY = 100


def _frequencies() -> np.ndarray:
    """The lowest frequencies but the constant one: float32[KEPT_SIDE, SIDE]."""
    i, j = np.arange(KEPT_SIDE)[:, None] + 1, np.arange(SIDE)[None, :]
    scale = np.float64(np.float32(np.sqrt(2.0 / SIDE)))
    return (scale * np.cos(np.pi / 2.0 / SIDE * i * (2 * j + 1))).astype(np.float32)


FREQUENCIES = _frequencies()


@dataclass(frozen=True)
class PictureHash:
    """bits: 32 bytes, as the hexadecimal form of the hash has them; quality: 0 (plain) to 100 (full of detail)."""

    bits: bytes
    quality: int


def picture_hash(pixels: np.ndarray) -> PictureHash | None:
    """The hash of a picture, null for one with a side below LEAST_SIDE. pixels: uint8[height, width, 3], RGB."""
    height, width, _ = pixels.shape
    if min(height, width) < LEAST_SIDE:
        return None
    values = np.empty((KEPT_SIDE, KEPT_SIDE), np.float32)
    quality = _lowest_frequencies(np.ascontiguousarray(pixels), FREQUENCIES, values)
    flat = values.ravel()
    median = np.partition(flat, len(flat) // 2 - 1)[len(flat) // 2 - 1]  # the lower of the two in the middle
    return PictureHash(np.packbits((flat > median)[::-1]).tobytes(), min(int(quality // _STEP), _MOST_QUALITY))


@njit(cache=True, nogil=True)
def _lowest_frequencies(pixels, frequencies, out):  # noqa: ANN001, ANN202
    """Fill `out` with the lowest frequencies of a picture; the sum of differences between neighbouring samples."""
    height, width, _ = pixels.shape
    grey = np.empty((height, width), np.float32)
    for row in range(height):
        for column in range(width):
            red, green, blue = pixels[row, column, 0], pixels[row, column, 1], pixels[row, column, 2]
            grey[row, column] = np.float32(red * 0.299 + green * 0.587 + blue * 0.114)
    samples = np.empty((SIDE, SIDE), np.float32)
    if height == SIDE and width == SIDE:
        samples[:] = grey
    else:
        between = np.empty_like(grey)
        sums = np.empty(width, np.float32)
        for _ in range(2):
            _blur_along_rows(grey, between, (width + 2 * SIDE - 1) // (2 * SIDE))
            _blur_along_columns(between, grey, (height + 2 * SIDE - 1) // (2 * SIDE), sums)
        for row in range(SIDE):
            for column in range(SIDE):
                y, x = np.int64((row + 0.5) * height / SIDE), np.int64((column + 0.5) * width / SIDE)
                samples[row, column] = grey[y, x]
    _transform(samples, frequencies, out)
    return _differences(samples)


@njit(cache=True, nogil=True)
def _blur_along_rows(pixels, out, window):  # noqa: ANN001, ANN202
    """Write for each pixel the mean of a window of its row, cut at the ends."""
    height, width = pixels.shape
    ahead = (window + 2) // 2 - 1  # pixels of the window to the right
    behind = window - 1 - ahead
    for row in range(height):
        total = np.float32(0)
        for column in range(min(ahead, width)):
            total += pixels[row, column]
        for column in range(width):
            if column + ahead < width:
                total += pixels[row, column + ahead]
            if column - behind > 0:
                total -= pixels[row, column - behind - 1]
            many = min(column + ahead, width - 1) - max(column - behind, 0) + 1
            out[row, column] = total / np.float32(many)


@njit(cache=True, nogil=True)
def _blur_along_columns(pixels, out, window, sums):  # noqa: ANN001, ANN202
    """Write for each pixel the mean of a window of its column, cut at the ends. sums: room for a row."""
    height, width = pixels.shape
    ahead = (window + 2) // 2 - 1
    behind = window - 1 - ahead
    sums[:] = np.float32(0)
    for row in range(min(ahead, height)):
        for column in range(width):
            sums[column] += pixels[row, column]
    for row in range(height):
        if row + ahead < height:
            for column in range(width):
                sums[column] += pixels[row + ahead, column]
        if row - behind > 0:
            for column in range(width):
                sums[column] -= pixels[row - behind - 1, column]
        many = np.float32(min(row + ahead, height - 1) - max(row - behind, 0) + 1)
        for column in range(width):
            out[row, column] = sums[column] / many


@njit(cache=True, nogil=True)
def _transform(samples, frequencies, out):  # noqa: ANN001, ANN202
    """Write the cosine transform of the samples both ways."""
    half = np.empty((KEPT_SIDE, SIDE), np.float32)
    for i in range(KEPT_SIDE):
        for j in range(SIDE):
            total = np.float32(0)
            for k in range(SIDE):
                total += frequencies[i, k] * samples[k, j]
            half[i, j] = total
    for i in range(KEPT_SIDE):
        for j in range(KEPT_SIDE):
            total = np.float32(0)
            for k in range(SIDE):
                total += half[i, k] * frequencies[j, k]
            out[i, j] = total


@njit(cache=True, nogil=True)
def _differences(samples):  # noqa: ANN001, ANN202
    """The sum of differences of neighbouring samples, each in whole hundredths of the range: int64."""
    total = np.int64(0)
    for i in range(SIDE):
        for j in range(SIDE):
            if i + 1 < SIDE:
                total += abs(np.int64((samples[i, j] - samples[i + 1, j]) * np.float32(100) / np.float32(255)))
            if j + 1 < SIDE:
                total += abs(np.int64((samples[i, j] - samples[i, j + 1]) * np.float32(100) / np.float32(255)))
    return total
