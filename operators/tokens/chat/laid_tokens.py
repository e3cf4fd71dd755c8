"""Encodes conversations that are laid out as text: by the kernels of the tokenizer, or by `tokenizers` itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpusmill.operators.tokens.bpe.added import Segments
from corpusmill.operators.tokens.bpe.byte_characters import byte_characters
from corpusmill.operators.tokens.bpe.categories import nfc_orders
from corpusmill.operators.tokens.bpe.fast import FastBpe
from corpusmill.operators.tokens.bpe.nfc import is_normal
from corpusmill.operators.tokens.chat.answers import Answers, answers_in
from corpusmill.operators.tokens.chat.laid import Laid, cut_at_controls
from corpusmill.operators.tokens.chat.odd import OneText, laid_out
from corpusmill.operators.tokens.chat.slow import SlowEncoder
from corpusmill.operators.tokens.control import with_special
from corpusmill.operators.tokens.rows import TokenRows, replaced
from corpusmill.operators.tokens.tokenizer import Tokenizer


@dataclass(kw_only=True)
class LaidEncoder:
    """A tokenizer for texts whose control tokens are known. fast: null where it has no fast path."""

    tokenizer_json: bytes
    fast: FastBpe | None
    token_bytes: np.ndarray
    keep_special: bool = False
    slow: SlowEncoder | None = None  # made when it is first needed

    def encode(self, laid: Laid) -> tuple[TokenRows, Answers]:
        """The ids of each conversation, and the tokens that overlap what assistants say."""
        if self.fast is None:
            return self._by_tokenizers(laid)
        rows = self.fast.of_segments(laid.text, _segments(laid, self.fast.raw, self.fast.normalized))
        answers = answers_in(rows, laid, self.token_bytes)
        if not self.fast.recipe.nfc:
            return rows, answers
        loose = np.flatnonzero(~is_normal(laid.text, laid.offsets, nfc_orders()))
        if not len(loose):
            return rows, answers
        again, more = self._by_tokenizers(some_of(laid, loose))
        return replaced(rows, loose, again), merged(answers, more, loose)

    def _by_tokenizers(self, laid: Laid) -> tuple[TokenRows, Answers]:
        if self.slow is None:
            self.slow = SlowEncoder(self.tokenizer_json, keep_special=self.keep_special)
        return self.slow.encode(laid)


def laid_encoder(tokenizer: Tokenizer, tokenizer_json: bytes, *, keep_special: bool = False) -> LaidEncoder:
    """The encoder of a tokenizer. One that puts a space before each text has no fast path here.

    keep_special: special tokens that contents name are these tokens.

    The token that ends documents is special for both, whatever the file says.
    """
    fast = tokenizer.fast
    eos = tokenizer.judge.get_added_tokens_decoder().get(tokenizer.eos_id)
    return LaidEncoder(
        tokenizer_json=with_special(tokenizer_json, eos.content) if eos and eos.special else tokenizer_json,
        fast=None if fast is None or fast.recipe.prefix_space else fast,
        token_bytes=_token_bytes(tokenizer),
        keep_special=keep_special,
    )


def _segments(laid: Laid, raw: Any, normalized: Any) -> Segments:
    documents = len(laid.offsets) - 1
    capacity = 2 * len(laid.control_id) + 2 * documents + 64
    while True:
        found = Segments(
            begins=np.empty(capacity, np.int64),
            ends=np.empty(capacity, np.int64),
            added=np.empty(capacity, np.int32),
            last_of=np.empty(documents, np.int64),
        )
        count = cut_at_controls(laid, raw, normalized, found)
        if count <= capacity:
            return found._replace(begins=found.begins[:count], ends=found.ends[:count], added=found.added[:count])
        capacity = count


def _token_bytes(tokenizer: Tokenizer) -> np.ndarray:
    """int64, one an id: the bytes that a token of a byte-level vocabulary stands for."""
    alphabet = set(byte_characters())
    sizes = np.zeros(tokenizer.vocab_size, np.int64)
    for token, at in tokenizer.judge.get_vocab(with_added_tokens=False).items():
        sizes[at] = len(token) if alphabet.issuperset(token) else len(token.encode())
    for at, added in tokenizer.judge.get_added_tokens_decoder().items():
        sizes[at] = len(added.content.encode())
    return sizes


def merged(answers: Answers, more: Answers, at: np.ndarray) -> Answers:
    """The answers, those of conversation `at[k]` replaced by those of conversation k of `more`."""
    stays = ~np.isin(answers.conversation, at)
    both = np.concatenate([answers.conversation[stays], at[more.conversation]])
    order = np.argsort(both, kind="stable")
    return Answers(
        conversation=both[order],
        first=np.concatenate([answers.first[stays], more.first])[order],
        end=np.concatenate([answers.end[stays], more.end])[order],
    )


def some_of(laid: Laid, at: np.ndarray) -> Laid:
    """These conversations alone; the text stays where it is."""
    texts = []
    controls, spans = np.insert(laid.control_last, 0, 0), np.insert(laid.span_last, 0, 0)
    for d in at.tolist():
        begin = int(laid.offsets[d])
        text = bytes(laid.text[begin : laid.offsets[d + 1]])
        cut = slice(controls[d], controls[d + 1])
        said = slice(spans[d], spans[d + 1])
        triples = zip(
            _characters(text, laid.control_begin[cut] - begin),
            _characters(text, laid.control_end[cut] - begin),
            laid.control_id[cut].tolist(),
            strict=True,
        )
        pairs = zip(
            _characters(text, laid.span_begin[said] - begin),
            _characters(text, laid.span_end[said] - begin),
            strict=True,
        )
        texts.append(OneText(text=text.decode(), controls=list(triples), spans=list(pairs)))
    return laid_out(texts)


def _characters(text: bytes, places: np.ndarray) -> Sequence[int]:
    return [len(text[:place].decode()) for place in places.tolist()]
