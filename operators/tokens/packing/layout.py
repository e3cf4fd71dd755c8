"""Where each token of each document goes: the result of every packing rule, before a token has moved."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Sequence k is pieces `ends[k - 1]` to `ends[k]` one after another; a piece is a stretch of one document.

    Every packing rule is a function of the documents' lengths alone, so a layout for a whole shard is made before any
    token is loaded.
    """

    document: np.ndarray  # int64 a piece: index of its document
    start: np.ndarray  # int64 a piece: its first token inside the document
    tokens: np.ndarray  # int64 a piece: how many
    ends: np.ndarray  # int64 a sequence: number of pieces up to its end

    @property
    def sequences(self) -> int:
        return len(self.ends)

    def pieces(self, first: int, last: int) -> slice:
        """The pieces of the sequences from `first` up to, not including, `last`."""
        begins = int(self.ends[first - 1]) if first else 0
        return slice(begins, int(self.ends[last - 1]) if last > first else begins)


def refuse_bad_size(sequence_tokens: int) -> None:
    """Raise ValueError unless a sequence can hold a token."""
    if sequence_tokens < 1:
        raise ValueError(f"a sequence holds at least 1 token, got sequence_tokens={sequence_tokens}")
