"""What goes into packing: token rows with the identity, the leaf and the pass of each document."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.tokens.rows import TokenRows


@dataclass(frozen=True, kw_only=True)
class Documents:
    """Documents in the order they are to be packed; the same document may come again with another pass."""

    rows: TokenRows
    doc_ids: np.ndarray  # int64
    leaves: np.ndarray  # int32: which leaf of the mix a document was selected for
    passes: np.ndarray  # int16: 0 the first time a document is used, 1 the second

    def __post_init__(self) -> None:
        for name, values, dtype in (
            ("doc_ids", self.doc_ids, np.int64),
            ("leaves", self.leaves, np.int32),
            ("passes", self.passes, np.int16),
        ):
            if values.dtype != dtype or len(values) != len(self.rows):
                found = f"{len(values)} of {values.dtype}"
                raise ValueError(f"Documents.{name}: expected {len(self.rows)} of {np.dtype(dtype)}, got {found}")
