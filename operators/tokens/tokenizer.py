"""A tokenizer.json at work: texts in, token ids out, exactly the ids that `tokenizers` gives.

Byte-level BPE with a published split expression goes through the kernels of `bpe/` (path "fast"); everything else goes
through `tokenizers` itself (path "general"), and `why_general` says why.

A special token that a text names is read as text on both paths, unless `load` is to keep it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.errors import UnsupportedFrame, UnsupportedTokenizer
from corpusmill.operators.tokens.bpe.arrow_text import buffers_of
from corpusmill.operators.tokens.bpe.fast import FastBpe, fast_bpe
from corpusmill.operators.tokens.control import Names, names_of, with_special, without_names
from corpusmill.operators.tokens.frame import Frame, ended, frame_of, framed
from corpusmill.operators.tokens.judged import by_tokenizers
from corpusmill.operators.tokens.rows import TokenRows, replaced
from corpusmill.operators.tokens.sampled import mismatch, sampled
from corpusmill.operators.tokens.specials import end_of_document

if TYPE_CHECKING:
    import tokenizers


@dataclass(frozen=True, kw_only=True)
class Tokenizer:
    """Made by `load`. `encode` gives the ids of `tokenizers`, `documents` those and the end-of-document token."""

    judge: "tokenizers.Tokenizer"
    unnamed: "tokenizers.Tokenizer | None"  # for texts that name special tokens, where `judge` would still find them
    fast: FastBpe | None
    frame: Frame
    specials: Names
    vocab_size: int  # highest id + 1: what an embedding table needs
    eos_id: int
    digest: str  # sha256 (hex) of the tokenizer.json
    why_general: str  # "" on the fast path

    @property
    def path(self) -> Literal["fast", "general"]:
        return "general" if self.fast is None else "fast"

    @property
    def description(self) -> str:
        """Its path, and why it is not the fast one, in words."""
        if self.fast is not None:
            return "fast path"
        return f"slow path (Hugging Face tokenizers, many times slower): {self.why_general}"

    def encode(self, texts: pa.Array) -> TokenRows:
        """The ids `tokenizers` gives for each text, its post-processor's tokens included; a null text has none.

        On the fast path about one document in 1,000, by hash, goes through both: TokenMismatch if they differ.
        """
        if self.fast is None:
            return self._general(texts)
        real = pc.is_valid(texts).to_numpy(zero_copy_only=False)
        rows = framed(self.fast.encode(texts), real, self.frame)
        again = sampled(*buffers_of(texts))
        if len(again):
            chosen = texts.take(again)
            general = self._general(chosen)
            for k, place in enumerate(again.tolist()):
                if error := mismatch(place, chosen[k].as_py() or "", rows.row(place), general.row(k)):
                    raise error
        return rows

    def _general(self, texts: pa.Array) -> TokenRows:
        rows = by_tokenizers(self.judge, texts)
        if self.unnamed is None:
            return rows
        naming = np.flatnonzero(self.names_special(texts))
        return replaced(rows, naming, by_tokenizers(self.unnamed, texts.take(naming))) if len(naming) else rows

    def names_special(self, texts: pa.Array) -> np.ndarray:
        """How many special tokens each text names, int64: those written in the text, none that encoding adds."""
        return self.specials.count(*buffers_of(texts))

    def documents(self, texts: pa.Array) -> TokenRows:
        """`encode`, with one end-of-document token after each text; what begins one is its post-processor's affair.

        Where that already ends so, nothing is added. A null text has no tokens.
        """
        real = pc.is_valid(texts).to_numpy(zero_copy_only=False)
        return ended(self.encode(texts), real, eos_id=self.eos_id)

    def decode(self, ids: np.ndarray) -> str:
        """The text of some ids, special tokens written out."""
        return self.judge.decode(ids.tolist(), skip_special_tokens=False)


def load(tokenizer_json: bytes, *, eos: str | None = None, keep_special: bool = False) -> Tokenizer:
    """A Tokenizer from the bytes of a tokenizer.json. Truncation and padding set in the file are switched off.

    eos: the token that ends a document, by name; without it the one usual name there is, or TokenNotFound. It counts as
    special whatever the file says. keep_special: special tokens that a text names get their own ids, as if they were
    meant; otherwise such a name is text like any other.
    """
    import tokenizers

    try:
        source = tokenizer_json if eos is None else with_special(tokenizer_json, eos)
        judge = tokenizers.Tokenizer.from_buffer(source)
    except Exception as e:  # `tokenizers` raises bare Exception for every kind of bad file
        raise ValueError(f"not a tokenizer.json that tokenizers {tokenizers.__version__} can read: {e}") from e
    judge.no_truncation()
    judge.no_padding()
    judge.encode_special_tokens = not keep_special
    special = [added.content for added in judge.get_added_tokens_decoder().values() if added.special]
    vocabulary = cast(Mapping[str, int], judge.get_vocab(with_added_tokens=True))
    fast, frame, why = None, Frame(before=(), after=()), ""
    try:
        fast, frame = fast_bpe(tokenizer_json, judge), frame_of(judge)
    except (UnsupportedTokenizer, UnsupportedFrame) as e:
        why = str(e)
    apart = without_names(source, special) if fast is None and not keep_special else None
    unnamed = None if apart is None else tokenizers.Tokenizer.from_buffer(apart)
    if unnamed is not None:
        unnamed.no_truncation()
        unnamed.no_padding()
        unnamed.encode_special_tokens = True
    return Tokenizer(
        judge=judge,
        unnamed=unnamed,
        fast=fast,
        frame=frame,
        specials=names_of(special),
        vocab_size=max(vocabulary.values()) + 1,
        eos_id=end_of_document(eos, vocabulary),
        digest=hashlib.sha256(tokenizer_json).hexdigest(),
        why_general=why,
    )
