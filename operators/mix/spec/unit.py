"""Names what a mix counts in: tokens, the tokens that are trained on, or documents."""

from enum import StrEnum

import numpy as np
import pyarrow as pa

TOKENS, SUPERVISED = "n_tokens", "supervised_tokens"  # columns of documents


class Unit(StrEnum):
    """What budget, shares, epochs and bounds of a mix are counted in. A document has the size 1 in rows."""

    TOKENS = "tokens"
    SUPERVISED_TOKENS = "supervised_tokens"
    ROWS = "rows"

    @property
    def words(self) -> str:
        """The unit in a sentence.

        >>> Unit.SUPERVISED_TOKENS.words
        'supervised tokens'
        """
        return self.value.replace("_", " ")

    @property
    def least(self) -> str:
        """The key of a job file for the least size of a leaf."""
        return "min_rows" if self is Unit.ROWS else "min_tokens"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that `sizes` reads."""
        return (TOKENS, SUPERVISED) if self is Unit.SUPERVISED_TOKENS else (TOKENS,)

    def sizes(self, documents: pa.Table) -> np.ndarray:
        """How large each document is, int64; 0 for one without tokens, which takes no part. documents: `columns`."""
        tokens = documents.column(TOKENS).to_numpy().astype(np.int64)
        if self is Unit.TOKENS:
            return tokens
        if self is Unit.ROWS:
            return (tokens > 0).astype(np.int64)
        return documents.column(SUPERVISED).to_numpy().astype(np.int64)
