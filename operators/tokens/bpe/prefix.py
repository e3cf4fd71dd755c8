"""A space before each stretch of text that has none: what `add_prefix_space` asks for."""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.added import Segments


def with_spaces(text: np.ndarray, segments: Segments) -> tuple[np.ndarray, Segments]:
    """A copy of the stretches with their spaces, and the segments where they lie in it."""
    out = np.empty(int((segments.ends - segments.begins).sum()) + len(segments.begins), np.uint8)
    moved = segments._replace(begins=np.empty_like(segments.begins), ends=np.empty_like(segments.ends))
    used = copy_stretches(text, segments, moved, out)
    return out[:used], moved


@njit(nogil=True, cache=True)
def copy_stretches(text: np.ndarray, segments: Segments, moved: Segments, out: np.ndarray) -> int:
    """Writes each stretch into out behind a space; gives the bytes written."""
    o = 0
    for s in range(len(segments.begins)):
        moved.begins[s] = o
        if segments.added[s] < 0:
            if text[segments.begins[s]] != 32:
                out[o] = 32
                o += 1
            for p in range(segments.begins[s], segments.ends[s]):
                out[o] = text[p]
                o += 1
        moved.ends[s] = o
    return o
