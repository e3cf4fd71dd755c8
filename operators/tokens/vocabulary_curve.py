"""Bytes a token against vocabulary size, from one training: merges are nested, so each smaller vocabulary is in it.

Source: Sennrich et al. 2016, arXiv:1508.07909: merges are found one after another, whatever size is asked for.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.tokens.tokenizer import load
from corpusmill.operators.tokens.train import SMALLEST

POINTS = 6  # sizes beside the whole one


@dataclass(frozen=True, kw_only=True)
class Point:
    """What a vocabulary of this size makes of some texts."""

    vocab_size: int
    bytes: int
    tokens: int

    @property
    def bytes_per_token(self) -> float:
        return self.bytes / self.tokens if self.tokens else 0.0


def smaller(tokenizer_json: bytes, vocab_size: int) -> bytes:
    """The tokenizer.json that `train` would have given for this size, from the one it gave for a larger size.

    ValueError where the size is larger than that of the tokenizer, or too small for the 256 bytes.
    """
    content = json.loads(tokenizer_json)
    model = content["model"]
    kept = {token: at for token, at in model["vocab"].items() if at < vocab_size}
    whole = len(model["vocab"])
    if not SMALLEST <= vocab_size <= whole:
        raise ValueError(f"a vocabulary of {vocab_size} is not in one of {whole}; {SMALLEST} is the least")
    made: set[str] = set()
    merges = []
    for left, right in model["merges"]:
        if len(made) == vocab_size - SMALLEST:
            break
        made.add(left + right)
        merges.append([left, right])
    content["model"] = {**model, "vocab": kept, "merges": merges}
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def sizes_below(vocab_size: int, points: int = POINTS) -> list[int]:
    """Sizes of a curve, rising: the whole, and halves of halves of it down to the alphabet.

    >>> sizes_below(32_768), sizes_below(600)
    ([512, 1024, 2048, 4096, 8192, 16384, 32768], [300, 600])
    """
    found = [vocab_size >> k for k in range(points, 0, -1)]
    return [*(size for size in found if size >= SMALLEST), vocab_size]


def curve(tokenizer_json: bytes, texts: pa.Array, sizes: Sequence[int]) -> list[Point]:
    """One point a size, in their order; a null text has no byte."""
    total = int(pc.sum(pc.binary_length(texts)).as_py() or 0)
    rows = {size: load(smaller(tokenizer_json, size)).encode(texts) for size in sizes}
    return [Point(vocab_size=size, bytes=total, tokens=int(rows[size].n_tokens.sum())) for size in sizes]
