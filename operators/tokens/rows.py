"""Token ids of many documents in two flat arrays, as Arrow lists are laid out in memory."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.kernel import njit


@dataclass(frozen=True, kw_only=True)
class TokenRows:
    """`ids[offsets[i]:offsets[i + 1]]` are the tokens of document i, in order; the first offset is 0."""

    offsets: np.ndarray  # int64, one more than there are documents
    ids: np.ndarray  # int32

    def __post_init__(self) -> None:
        assert self.offsets.dtype == np.int64, self.offsets.dtype
        assert self.ids.dtype == np.int32, self.ids.dtype
        assert self.offsets[0] == 0, self.offsets[0]
        assert self.offsets[-1] == len(self.ids), (self.offsets[-1], len(self.ids))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def n_tokens(self) -> np.ndarray:
        """Tokens of each document, int32."""
        return np.diff(self.offsets).astype(np.int32)

    def row(self, index: int) -> np.ndarray:
        """The tokens of one document."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]


def offsets_of(lengths: np.ndarray | list[int]) -> np.ndarray:
    """0 and the running sums of `lengths`, int64."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def replaced(rows: TokenRows, at: np.ndarray, by: TokenRows) -> TokenRows:
    """The same rows, but row `at[k]` is row k of `by`."""
    source = rows.offsets[:-1].copy()
    source[at] = by.offsets[:-1] + len(rows.ids)
    lengths = np.diff(rows.offsets)
    lengths[at] = np.diff(by.offsets)
    offsets = offsets_of(lengths)
    ids = np.empty(offsets[-1], np.int32)
    gather(np.concatenate([rows.ids, by.ids]), source, offsets, ids)
    return TokenRows(offsets=offsets, ids=ids)


def some_rows(rows: TokenRows, mask: np.ndarray) -> TokenRows:
    """The rows for which `mask`, bool, says so, in their order."""
    offsets = offsets_of(np.diff(rows.offsets)[mask])
    ids = np.empty(offsets[-1], np.int32)
    gather(rows.ids, rows.offsets[:-1][mask], offsets, ids)
    return TokenRows(offsets=offsets, ids=ids)


@njit(nogil=True, cache=True)
def gather(ids: np.ndarray, source: np.ndarray, target: np.ndarray, out: np.ndarray) -> None:
    """Copies each piece, from `source[i]` of `ids` to `target[i]` of `out`, up to `target[i + 1]`."""
    for piece in range(len(source)):
        begin, end, shift = target[piece], target[piece + 1], source[piece] - target[piece]
        for at in range(begin, end):
            out[at] = ids[at + shift]
