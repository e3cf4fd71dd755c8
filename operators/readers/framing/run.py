"""Many sound records in a row: compressed members that are one whole record each, inflated into one buffer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.readers.framing.grammar import Grammar, Head
from corpusmill.operators.readers.framing.record import Framed


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Record i lies in the file at offsets[i], takes lengths[i] stored bytes, and is data[starts[i]:starts[i + 1]].

    offsets, lengths: int64[n]; starts: int64[n + 1]; data: the bytes of the records, perhaps of further ones.
    """

    offsets: np.ndarray
    lengths: np.ndarray
    starts: np.ndarray
    data: bytes

    def records(self, grammar: Grammar) -> Iterator[Framed]:
        """The same records one by one."""
        places = zip(self.offsets.tolist(), self.lengths.tolist(), self.starts.tolist(), strict=False)
        for offset, length, start in places:
            head = grammar.head(self.data, start)
            assert isinstance(head, Head), "a record of a run was found sound before"
            block = start + head.size
            yield Framed(offset, length, head, self.data[block : block + head.block_bytes])
