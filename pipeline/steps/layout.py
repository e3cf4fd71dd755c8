"""Which token of which document goes where in the rows of a dataset, by the packing that the job names."""

import numpy as np

from corpusmill.operators.tokens.packing.best_fit import best_fit
from corpusmill.operators.tokens.packing.concat import concat
from corpusmill.operators.tokens.packing.layout import Layout
from corpusmill.operators.tokens.packing.sliding import sliding
from corpusmill.operators.tokens.packing.whole import whole
from corpusmill.pipeline.config.sections.tokens import TokensSpec


def layout_of(spec: TokensSpec, n_tokens: np.ndarray) -> Layout:
    """The rows of documents with so many tokens, int64, in this order."""
    size = spec.sequence_tokens
    match spec.packing:
        case "concat":
            return concat(n_tokens, sequence_tokens=size)
        case "best_fit":
            return best_fit(n_tokens, sequence_tokens=size)
        case "sliding":
            return sliding(n_tokens, sequence_tokens=size, stride=spec.stride_tokens or max(1, size // 2))
        case "none":
            return whole(n_tokens)
