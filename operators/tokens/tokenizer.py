"""A tokenizer.json at work: texts in, token ids out, exactly the ids that `tokenizers` gives.

Byte-level BPE with a published split expression goes through the kernels of `bpe/` (path "fast"); everything else goes
through `tokenizers` itself (path "general"), and `why_general` says why.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from operators.tokens.rows import TokenRows
from operators.tokens.specials import end_of_document, named

if TYPE_CHECKING:
    import tokenizers


@dataclass(frozen=True, kw_only=True)
class Tokenizer:
    """Made by `load`. `encode` gives the ids of `tokenizers`, `documents` those and the end-of-document token."""

    judge: "tokenizers.Tokenizer"
    vocab_size: int  # highest id + 1: what an embedding table needs
    eos_id: int
    bos_id: int | None  # set when asked for by name: each document then begins with it
    digest: str  # sha256 (hex) of the tokenizer.json
    path: Literal["fast", "general"]
    why_general: str  # "" on the fast path

    def encode(self, texts: pa.Array) -> TokenRows:
        """The ids `tokenizers` gives for each text, its post-processor's tokens included; a null text has none."""
        return by_tokenizers(self.judge, texts)

    def documents(self, texts: pa.Array) -> TokenRows:
        """`encode`, with one end-of-document token after each text, and `bos_id`, if set, before it.

        Where the tokenizer's own post-processor already begins or ends so, nothing is added. A null text has no tokens.
        """
        return bounded(self.encode(texts), pc.is_valid(texts), bos_id=self.bos_id, eos_id=self.eos_id)

    def decode(self, ids: np.ndarray) -> str:
        """The text of some ids, special tokens written out."""
        return self.judge.decode(ids.tolist(), skip_special_tokens=False)


def load(tokenizer_json: bytes, *, eos: str | None = None, bos: str | None = None) -> Tokenizer:
    """A Tokenizer from the bytes of a tokenizer.json. Truncation and padding set in the file are switched off.

    eos: the token that ends a document, by name; without it the one usual name there is, or NoSuchToken.
    bos: a token to begin each document with, by name; without it only what the post-processor itself adds.
    """
    import tokenizers

    try:
        judge = tokenizers.Tokenizer.from_buffer(tokenizer_json)
    except Exception as e:  # `tokenizers` raises bare Exception for every kind of bad file
        raise ValueError(f"not a tokenizer.json that tokenizers {tokenizers.__version__} can read: {e}") from e
    judge.no_truncation()
    judge.no_padding()
    vocabulary = cast(Mapping[str, int], judge.get_vocab(with_added_tokens=True))
    return Tokenizer(
        judge=judge,
        vocab_size=max(vocabulary.values()) + 1,
        eos_id=end_of_document(eos, vocabulary),
        bos_id=None if bos is None else named(bos, vocabulary),
        digest=hashlib.sha256(tokenizer_json).hexdigest(),
        path="general",
        why_general="no fast path yet",
    )


def by_tokenizers(judge: "tokenizers.Tokenizer", texts: pa.Array) -> TokenRows:
    """What `tokenizers` gives, text by text; nothing for a null text."""
    strings = texts.to_pylist()
    encoded = judge.encode_batch_fast([text or "" for text in strings])
    rows = [np.array([] if t is None else e.ids, np.int32) for t, e in zip(strings, encoded, strict=True)]
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    return TokenRows(offsets=offsets, ids=np.concatenate(rows) if rows else np.zeros(0, np.int32))


def bounded(rows: TokenRows, valid: pa.Array, *, bos_id: int | None, eos_id: int) -> TokenRows:
    """Each row with `bos_id` (if set) at its start and `eos_id` at its end, neither twice; others stay empty."""
    real = valid.to_numpy(zero_copy_only=False)
    filled = rows.n_tokens > 0
    first, last = np.full(len(rows), -1, np.int32), np.full(len(rows), -1, np.int32)
    first[filled], last[filled] = rows.ids[rows.offsets[:-1][filled]], rows.ids[rows.offsets[1:][filled] - 1]
    before = real & (first != bos_id) if bos_id is not None else np.zeros(len(rows), bool)
    after = real & (last != eos_id)
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(rows.n_tokens.astype(np.int64) + before + after, out=offsets[1:])
    ids = np.empty(offsets[-1], np.int32)
    inside = np.ones(len(ids), bool)
    inside[offsets[:-1][before]] = False
    inside[offsets[1:][after] - 1] = False
    ids[inside] = rows.ids
    if bos_id is not None:
        ids[offsets[:-1][before]] = bos_id
    ids[offsets[1:][after] - 1] = eos_id
    return TokenRows(offsets=offsets, ids=ids)
