"""A file cut into spans that can be read apart."""

from itertools import pairwise

from corpusmill.operators.file_format import Span


def spans(size: int, target_bytes: int, *, splittable: bool = True) -> tuple[Span, ...]:
    """Spans that cover `size` bytes without gap or overlap, each of about `target_bytes`, none above 1.5 times that.

    The spans are of nearly equal length. An empty file, and one that cannot be split, is one span.

    >>> spans(10, 4)
    (Span(start=0, end=5), Span(start=5, end=10))
    """
    if target_bytes < 1:
        raise ValueError(f"target_bytes must be at least 1, got {target_bytes}")
    count = max(1, round(size / target_bytes)) if splittable else 1
    cuts = [size * i // count for i in range(count + 1)]
    return tuple(Span(a, b) for a, b in pairwise(cuts))
