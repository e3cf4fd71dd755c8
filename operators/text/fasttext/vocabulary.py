"""The dictionary of a fastText model: its words and labels, and the n-grams that pruning kept."""

from dataclasses import dataclass

import numpy as np

from corpusmill.errors import InvalidFastText
from corpusmill.operators.text.fasttext.stream import Stream

LABEL_PREFIX = b"__label__"  # fastText does not store the prefix a model was trained with; it always assumes this one
END = b"</s>"
FNV_BASIS = 2166136261
FNV_PRIME = 16777619
_LABEL = 1


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """words and labels in the order of their rows; label_counts: how often each label was seen in training.

    kept: int32 (buckets,), the row (after the words) of each n-gram bucket, -1 where it was pruned away; None when
    nothing was pruned and every bucket has its row.
    """

    words: list[bytes]
    labels: list[bytes]
    label_counts: list[int]
    kept: np.ndarray | None


def hash32(token: bytes) -> int:
    """fastText's FNV-1a variant, which takes bytes as signed.

    >>> hash32(b"a"), hash32("é".encode())
    (3826002220, 1023043777)
    """
    value = FNV_BASIS
    for byte in token:
        value = ((value ^ (byte | (0xFFFFFF00 if byte >= 0x80 else 0))) * FNV_PRIME) & 0xFFFFFFFF
    return value


def read_vocabulary(stream: Stream, buckets: int) -> Vocabulary:
    size, word_count, label_count = stream.int32(), stream.int32(), stream.int32()
    stream.int64()  # tokens seen in training
    pruned_size = stream.int64()
    if size != word_count + label_count or min(size, word_count, label_count) < 0:
        raise InvalidFastText(f"fastText model: {size} entries, but {word_count} words and {label_count} labels")
    names: list[bytes] = []
    counts: list[int] = []
    for place in range(size):
        names.append(stream.name())
        counts.append(stream.int64())
        if (stream.int8() == _LABEL) != (place >= word_count):
            raise InvalidFastText("fastText model: its labels do not follow its words")
    kept = None
    if pruned_size >= 0:
        kept = np.full(buckets, -1, np.int32)
        pairs = stream.array(np.int32, 2 * pruned_size).reshape(-1, 2)
        if pruned_size and not 0 <= pairs[:, 0].min() <= pairs[:, 0].max() < buckets:
            raise InvalidFastText("fastText model: it keeps an n-gram outside its buckets")
        kept[pairs[:, 0]] = pairs[:, 1]
    return Vocabulary(words=names[:word_count], labels=names[word_count:], label_counts=counts[word_count:], kept=kept)
