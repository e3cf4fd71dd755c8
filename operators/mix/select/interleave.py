"""The order inside an output shard: every leaf evenly spread by tokens, so that each stretch is a small mix too."""

from collections.abc import Sequence

import numpy as np

from corpusmill.operators.mix.cuts.offsets import unit_hash


def order_in_shard(
    leaf: np.ndarray,
    pass_: np.ndarray,
    u: np.ndarray,
    doc_id: np.ndarray,
    tokens: np.ndarray,
    *,
    names: Sequence[str],
    shard: int,
    seed: int,
) -> np.ndarray:
    """The rows of one shard in the order to write them, as row numbers, int64; the same for any order of the rows.

    A document of a leaf comes at (tokens of the leaf before it + part of its own) / (tokens of the leaf), in the order
    (pass, u, doc_id); which part is one number a leaf and shard, so that leaves of one document do not all lie in one
    place. names: of each leaf, by number.
    """
    line = np.lexsort((doc_id, u, pass_, leaf))
    sorted_leaf, sorted_tokens = leaf[line], tokens[line].astype(np.int64)
    present, first, count = np.unique(sorted_leaf, return_index=True, return_counts=True)
    until = np.cumsum(sorted_tokens)
    before = until - sorted_tokens
    base = before[first] if len(first) else before
    total = np.add.reduceat(sorted_tokens, first) if len(first) else before
    part = np.array([unit_hash(f"{names[k]}\x1f{shard}", seed) for k in present.tolist()])
    own = np.repeat(np.arange(len(present)), count)
    key = (before - base[own] + part[own] * sorted_tokens) / np.maximum(total[own], 1)
    return line[np.lexsort((np.arange(len(line)), key))]
