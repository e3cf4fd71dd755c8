"""Texts through `tokenizers` itself: the general path, and the judge of the fast one."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from corpusmill.operators.tokens.rows import TokenRows, offsets_of

if TYPE_CHECKING:
    import tokenizers


def by_tokenizers(judge: "tokenizers.Tokenizer", texts: pa.Array, *, frame: bool = True) -> TokenRows:
    """What `tokenizers` gives for each text, with its post-processor's tokens if `frame`; nothing for a null text."""
    strings = texts.to_pylist()
    encoded = judge.encode_batch_fast([text or "" for text in strings], add_special_tokens=frame)
    rows = [np.array([] if t is None else e.ids, np.int32) for t, e in zip(strings, encoded, strict=True)]
    return TokenRows(
        offsets=offsets_of([len(row) for row in rows]),
        ids=np.concatenate(rows) if rows else np.zeros(0, np.int32),
    )
